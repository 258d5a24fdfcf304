#pragma once

#include <string>

#include "base/error.h"
#include "transport/rdma/connect/cm_library.h"
#include "transport/wait/deadline.h"

namespace xr {

/// The events of all connections of one endpoint. Outlives its ids.
class CmChannel {
 public:
  /// Throws RDMA_CM_NO_LIBRARY, or RDMA_CM where the kernel has no rdma_cm.
  CmChannel();

  CmId make_id();
  /// Waits for the next event. Throws CONNECT_TIMEOUT (naming `op`) or STOPPED.
  CmEvent next(const Deadline& deadline, const char* op);

 private:
  struct Destroyer {
    void operator()(rdma_event_channel* channel) const noexcept {
      rdmacm().destroy_event_channel(channel);
    }
  };
  std::unique_ptr<rdma_event_channel, Destroyer> channel_;
};

/// What an event that ends a connection means, and what to try. `where` is the peer's address.
Fault cm_fault(rdma_cm_event_type type, int status, const std::string& where);

}  // namespace xr
