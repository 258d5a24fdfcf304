#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "transport/rdma/device/netlink_request.h"

namespace xr {

/// A NETLINK_RDMA socket: the kernel's own way to make and remove devices of software
/// (include/uapi/rdma/rdma_netlink.h, drivers/infiniband/core/nldev.c).
class RdmaNetlink {
 public:
  /// Throws RDMA_LINK with the errno: EPROTONOSUPPORT where the kernel has no RDMA.
  RdmaNetlink();

  /// Sends and waits for the answer: 0, or the errno with which the kernel refused. Safe in a
  /// process that has just forked.
  int ask(const NetlinkRequest& request) const noexcept;

  /// The kernel's number of the device `name`.
  std::optional<std::uint32_t> index_of(const std::string& name) const;

  int fd() const noexcept { return socket_.get(); }

 private:
  UniqueFd socket_;
};

}  // namespace xr
