#pragma once

#include <infiniband/verbs.h>

#include <cstdint>
#include <string>

namespace xr {

// The functions of libibverbs that are no inline calls through a context's own tables
// (libibverbs/libibverbs.map.in, version IBVERBS_1.1).
#define XR_VERBS_FUNCTIONS(X) \
  X(get_device_list)          \
  X(free_device_list)         \
  X(get_device_name)          \
  X(open_device)              \
  X(close_device)             \
  X(query_device)             \
  X(query_port)               \
  X(alloc_pd)                 \
  X(dealloc_pd)               \
  X(reg_mr)                   \
  X(dereg_mr)                 \
  X(create_cq)                \
  X(destroy_cq)               \
  X(create_comp_channel)      \
  X(destroy_comp_channel)     \
  X(get_cq_event)             \
  X(ack_cq_events)            \
  X(create_qp)                \
  X(modify_qp)                \
  X(query_qp)                 \
  X(destroy_qp)               \
  X(create_ah)                \
  X(destroy_ah)               \
  X(get_async_event)          \
  X(ack_async_event)          \
  X(wc_status_str)            \
  X(event_type_str)

/// libibverbs, loaded at run time: the addon also loads where it is missing.
struct Verbs {
#define XR_DECLARE(name) decltype(&::ibv_##name) name = nullptr;
  XR_VERBS_FUNCTIONS(XR_DECLARE)
#undef XR_DECLARE
  decltype(&::_ibv_query_gid_table) query_gid_table = nullptr;
  /// Null in libraries before rdma-core 42, which neither have it nor declare it.
  int (*query_qp_data_in_order)(ibv_qp*, ibv_wr_opcode, std::uint32_t flags) = nullptr;

  /// `query_port` of verbs.h is an inline function that would ask for the symbol at load time.
  int port_of(ibv_context* context, std::uint8_t port, ibv_port_attr& attributes) const noexcept;
};

/// Loads the library at the first call and keeps it for the life of the process. Throws
/// RDMA_NO_LIBRARY.
const Verbs& verbs();

}  // namespace xr
