#pragma once

#include <optional>
#include <string>
#include <vector>

#include "transport/rdma/device/device_list.h"
#include "transport/rdma/device/handles.h"

namespace xr {

/// An opened device with what it says of itself.
struct RdmaDevice {
  DeviceContext context;
  ibv_device_attr attributes{};
  std::string name;
  std::string driver;
  bool software = false;
  bool iwarp = false;

  std::string firmware() const;
  std::string node_guid() const;
};

/// Opens all devices that can be opened. Throws RDMA_NO_LIBRARY, or says why there is none.
std::vector<RdmaDevice> open_rdma_devices();

/// Opens one by name. Throws RDMA_NO_DEVICE, naming those that are there.
RdmaDevice open_rdma_device(const std::string& name);

/// The GIDs of a port that are in use; an empty list where the device has none.
std::vector<ibv_gid_entry> gids_of(const RdmaDevice& device, int port);

/// `fe80::1` or `::ffff:192.0.2.1` (inet_ntop(3)).
std::string gid_text(const ibv_gid& gid);
std::string gid_type_text(std::uint32_t type);
std::string netdev_text(std::uint32_t index);
std::string port_state_text(ibv_port_state state);
/// 256 … 4096; 0 for what the standard does not know.
int mtu_bytes(ibv_mtu mtu) noexcept;

/// Why libibverbs shows no device, from what the kernel and /dev show (sysfs, device nodes).
[[noreturn]] void throw_why_no_device(int list_errno);

}  // namespace xr
