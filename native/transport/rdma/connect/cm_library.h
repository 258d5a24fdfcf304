#pragma once

#include <rdma/rdma_cma.h>

#include <memory>

namespace xr {

// librdmacm/librdmacm.map: RDMACM_1.0, and 1.2 for the last two (rdma-core 22).
#define XR_RDMACM_FUNCTIONS(X) \
  X(create_event_channel)      \
  X(destroy_event_channel)     \
  X(create_id)                 \
  X(destroy_id)                \
  X(bind_addr)                 \
  X(listen)                    \
  X(get_src_port)              \
  X(resolve_addr)              \
  X(resolve_route)             \
  X(connect)                   \
  X(accept)                    \
  X(reject)                    \
  X(get_cm_event)              \
  X(ack_cm_event)              \
  X(event_str)                 \
  X(init_qp_attr)              \
  X(establish)

/// librdmacm, loaded at run time: the addon also loads where it is missing.
struct Rdmacm {
#define XR_DECLARE(name) decltype(&::rdma_##name) name = nullptr;
  XR_RDMACM_FUNCTIONS(XR_DECLARE)
#undef XR_DECLARE
};

/// Loads the library at the first call and keeps it for the life of the process. Throws
/// RDMA_CM_NO_LIBRARY.
const Rdmacm& rdmacm();

struct CmIdDestroyer {
  void operator()(rdma_cm_id* id) const noexcept { rdmacm().destroy_id(id); }
};
/// Destroying one waits for the acknowledgement of its events: acknowledge first.
using CmId = std::unique_ptr<rdma_cm_id, CmIdDestroyer>;

struct CmEventAcknowledger {
  void operator()(rdma_cm_event* event) const noexcept { rdmacm().ack_cm_event(event); }
};
using CmEvent = std::unique_ptr<rdma_cm_event, CmEventAcknowledger>;

}  // namespace xr
