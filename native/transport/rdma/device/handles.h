#pragma once

#include <memory>

#include "transport/rdma/device/verbs.h"

namespace xr {

/// Gives a handle back through the loaded library; only ever made after `verbs()` has succeeded.
#define XR_HANDLE(Name, Type, destroy)                                        \
  struct Name##Destroyer {                                                    \
    void operator()(Type* handle) const noexcept { verbs().destroy(handle); } \
  };                                                                          \
  using Name = std::unique_ptr<Type, Name##Destroyer>

XR_HANDLE(DeviceContext, ibv_context, close_device);
XR_HANDLE(ProtectionDomain, ibv_pd, dealloc_pd);
XR_HANDLE(MemoryRegion, ibv_mr, dereg_mr);
XR_HANDLE(CompletionChannel, ibv_comp_channel, destroy_comp_channel);
XR_HANDLE(CompletionQueue, ibv_cq, destroy_cq);
XR_HANDLE(QueuePair, ibv_qp, destroy_qp);
XR_HANDLE(AddressHandle, ibv_ah, destroy_ah);
#undef XR_HANDLE

}  // namespace xr
