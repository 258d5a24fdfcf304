#pragma once

#include <map>
#include <string>

namespace xr {

/// What the driver of a network device says of itself and of how it is set. Empty where it does
/// not.
struct DeviceSettings {
  std::string driver_version;
  std::string firmware;
  /// By the names that ethtool(8) gives them with -k.
  std::map<std::string, bool> offloads;
  /// By the names that ethtool(8) gives them with -c; microseconds, packets or seconds.
  std::map<std::string, unsigned> coalescing;
  bool adaptive_receive = false;
  bool adaptive_transmit = false;
};

/// Asks the kernel (SIOCETHTOOL, linux/ethtool.h), which tells anybody. `device` is a name, as
/// `eth0`.
DeviceSettings device_settings(const std::string& device);

}  // namespace xr
