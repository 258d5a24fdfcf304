#pragma once

#include <filesystem>
#include <string>

#include "transport/rdma/device/device.h"

namespace xr {

/// The network device behind a port of `device`: of its GIDs, else as sysfs tells it; empty for
/// InfiniBand.
std::string netdev_of(const RdmaDevice& device, int port);

/// "eth1 is down", "eth1 has no carrier", or empty where it is up (/sys/class/net/NAME/flags,
/// carrier). Another root in tests.
std::string netdev_problem(const std::string& netdev, const std::filesystem::path& root = "/");

/// Why a port that is not active is not: "down (eth1 has no carrier)", "init (no subnet manager has
/// configured it)".
std::string state_with_reason(const RdmaDevice& device, int port, const ibv_port_attr& attributes);

}  // namespace xr
