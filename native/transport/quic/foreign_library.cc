#include "transport/quic/foreign_library.h"

#include <dlfcn.h>

#include "transport/quic/ngtcp2_compat.h"

namespace xr {

std::string foreign_ngtcp2() {
  Dl_info where{};
  if (dladdr(reinterpret_cast<void*>(&ngtcp2_version), &where) == 0 || where.dli_fname == nullptr)
    return {};
  const std::string file = where.dli_fname;
  const std::string name = file.substr(file.rfind('/') + 1);
  return name.starts_with("libngtcp2") ? std::string() : file;
}

}  // namespace xr
