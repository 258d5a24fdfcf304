#include "transport/rdma/connect/cm_library.h"

#include <dlfcn.h>

#include <string>

#include "base/error.h"

namespace xr {
namespace {

struct Loaded {
  Rdmacm table;
  std::string why_not;
};

Loaded load() {
  Loaded loaded;
  // Never closed: it keeps a thread and tables of its own.
  void* library = dlopen("librdmacm.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    loaded.why_not =
        "librdmacm was not found, which rdma-cm needs (Debian, Ubuntu: apt install librdmacm1; "
        "Fedora, RHEL: dnf install librdmacm)";
    return loaded;
  }
  const char* missing = nullptr;
#define XR_FIND(name)                                                               \
  loaded.table.name =                                                               \
      reinterpret_cast<decltype(loaded.table.name)>(dlsym(library, "rdma_" #name)); \
  if (loaded.table.name == nullptr) missing = "rdma_" #name;
  XR_RDMACM_FUNCTIONS(XR_FIND)
#undef XR_FIND
  if (missing != nullptr) {
    loaded.why_not = std::string("the installed librdmacm has no ") + missing +
                     "; rdma-core 32 or newer is needed";
  }
  return loaded;
}

}  // namespace

const Rdmacm& rdmacm() {
  static const Loaded loaded = load();
  if (!loaded.why_not.empty()) throw_fault("RDMA_CM_NO_LIBRARY", "dlopen", loaded.why_not);
  return loaded.table;
}

}  // namespace xr
