#include "transport/rdma/device/verbs.h"

#include <dlfcn.h>

#include <cstring>
#include <optional>

#include "base/error.h"

namespace xr {
namespace {

struct Loaded {
  Verbs table;
  std::string why_not;
};

template <class Function>
bool find(void* library, const char* name, const char* version, Function& function) {
  void* symbol = dlvsym(library, name, version);
  if (symbol == nullptr) symbol = dlsym(library, name);
  function = reinterpret_cast<Function>(symbol);
  return symbol != nullptr;
}

Loaded load() {
  Loaded loaded;
  // Never closed: a device's provider keeps threads and handlers of its own.
  void* library = dlopen("libibverbs.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    loaded.why_not = "libibverbs was not found, which RDMA needs";
    return loaded;
  }
  const char* missing = nullptr;
#define XR_FIND(name) \
  if (!find(library, "ibv_" #name, "IBVERBS_1.1", loaded.table.name)) missing = "ibv_" #name;
  XR_VERBS_FUNCTIONS(XR_FIND)
#undef XR_FIND
  if (!find(library, "_ibv_query_gid_table", "IBVERBS_1.11", loaded.table.query_gid_table))
    missing = "_ibv_query_gid_table";
  find(library, "ibv_query_qp_data_in_order", "IBVERBS_1.14",
       loaded.table.query_qp_data_in_order);
  if (missing != nullptr) {
    loaded.why_not = std::string("the installed libibverbs has no ") + missing +
                     "; rdma-core 32 or newer is needed";
  }
  return loaded;
}

}  // namespace

int Verbs::port_of(ibv_context* context, std::uint8_t port,
                   ibv_port_attr& attributes) const noexcept {
  std::memset(&attributes, 0, sizeof attributes);
  verbs_context* extended = verbs_get_ctx_op(context, query_port);
  if (extended != nullptr)
    return extended->query_port(context, port, &attributes, sizeof attributes);
  return query_port(context, port, reinterpret_cast<_compat_ibv_port_attr*>(&attributes));
}

const Verbs& verbs() {
  static const Loaded loaded = load();
  if (!loaded.why_not.empty()) throw_fault("RDMA_NO_LIBRARY", "dlopen", loaded.why_not);
  return loaded.table;
}

}  // namespace xr
