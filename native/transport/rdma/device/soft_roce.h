#pragma once

#include <string>

namespace xr {

/// Makes a SoftRoCE device (rdma_rxe) named `name` on the network device `netdev`, as `rdma link
/// add NAME type rxe netdev NETDEV` does (rdma-link(8)). Throws RDMA_LINK; `op` is `socket` or
/// `newlink`, the errno is the kernel's: EPERM (CAP_NET_ADMIN in the initial user namespace is
/// missing, or the netdev is a VLAN), EEXIST (the netdev has one), ENODEV (no such netdev), EINVAL
/// (no module rdma_rxe), ENOENT (no crc32 in the kernel), EPROTONOSUPPORT (no RDMA in the kernel).
void add_soft_roce(const std::string& name, const std::string& netdev);

enum class LinkRemoval : unsigned char {
  kRemoved,
  kAbsent,
  /// Somebody still uses it: the kernel removes it as soon as they are gone.
  kBusy,
};

/// Removes the device `name`, waiting at most `limit_ms` for those who use it. The kernel would
/// wait for them without end and without waking (ib_unregister_device), so a process of its own,
/// which keeps nothing of this one open, does it. Throws RDMA_LINK.
LinkRemoval remove_soft_roce(const std::string& name, int limit_ms);

/// 0, or the errno with which the kernel refuses a NETLINK_RDMA socket.
int rdma_netlink_errno();

}  // namespace xr
