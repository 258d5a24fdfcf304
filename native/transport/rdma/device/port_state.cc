#include "transport/rdma/device/port_state.h"

#include <net/if.h>

#include "base/first_line.h"

namespace xr {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::string netdev_of(const RdmaDevice& device, int port) {
  for (const ibv_gid_entry& entry : gids_of(device, port)) {
    if (std::string name = netdev_text(entry.ndev_ifindex); !name.empty()) return name;
  }
  const fs::path folder = fs::path("/sys/class/infiniband") / device.name;
  // Devices of software tell it by a name of its own.
  if (std::string parent = first_line(folder / "parent"); !parent.empty()) return parent;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder / "device" / "net", ignored)) {
    // `dev_port` counts from 0 (sysfs-class-net).
    if (first_line(entry.path() / "dev_port") == std::to_string(port - 1))
      return entry.path().filename();
  }
  return "";
}

std::string netdev_problem(const std::string& netdev, const fs::path& root) {
  const fs::path folder = root / "sys/class/net" / netdev;
  const std::string flags = first_line(folder / "flags");
  if (flags.empty()) return "";
  if ((std::strtoul(flags.c_str(), nullptr, 16) & IFF_UP) == 0) return netdev + " is down";
  return first_line(folder / "carrier") == "0" ? netdev + " has no carrier" : "";
}

std::string state_with_reason(const RdmaDevice& device, int port, const ibv_port_attr& attributes) {
  const std::string state = port_state_text(attributes.state);
  if (attributes.state == IBV_PORT_ACTIVE) return state;
  if (attributes.link_layer != IBV_LINK_LAYER_ETHERNET) {
    return state + (attributes.state == IBV_PORT_DOWN ? " (no cable or no link)"
                                                      : " (no subnet manager has configured it)");
  }
  const std::string netdev = netdev_of(device, port);
  const std::string why = netdev.empty() ? "" : netdev_problem(netdev);
  if (!why.empty()) return state + " (" + why + ")";
  return netdev.empty() ? state : state + " (though " + netdev + " is up)";
}

}  // namespace xr
