#pragma once

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

namespace xr {

/// A failure as JavaScript sees it. `code` is stable, `op` is the call that failed, `errno_value`
/// is 0 when no system call was at fault.
struct Fault {
  std::string code;
  std::string op;
  int errno_value = 0;
  std::string message;
};

/// Thrown while setting up, never from a loop. Caught once, in the binding.
class Error : public std::exception {
 public:
  explicit Error(Fault fault) : fault_(std::move(fault)) {}
  const char* what() const noexcept override { return fault_.message.c_str(); }
  const Fault& fault() const noexcept { return fault_; }

 private:
  Fault fault_;
};

/// The text of an errno value (strerror(3)), safe in any thread.
std::string errno_text(int errno_value);

/// "bind: Address already in use"
Fault errno_fault(const char* code, const char* op, int errno_value);

[[noreturn]] inline void throw_errno(const char* code, const char* op, int errno_value = errno) {
  throw Error(errno_fault(code, op, errno_value));
}

[[noreturn]] inline void throw_fault(const char* code, const char* op, std::string message) {
  throw Error(Fault{code, op, 0, std::move(message)});
}

}  // namespace xr
