#include "base/error.h"

#include <array>

namespace xr {

std::string errno_text(int errno_value) {
  std::array<char, 128> buffer{};
  // The GNU variant returns the text, which need not be in the buffer.
  return strerror_r(errno_value, buffer.data(), buffer.size());
}

Fault errno_fault(const char* code, const char* op, int errno_value) {
  return Fault{code, op, errno_value, std::string(op) + ": " + errno_text(errno_value)};
}

}  // namespace xr
