#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace xr {

/// Mirrors `RdmaGid` in src/addon/addon.ts.
struct RdmaGid {
  int index = 0;
  std::string gid;
  /// "InfiniBand", "RoCEv1" or "RoCEv2".
  std::string type;
  std::string netdev;
};

/// Mirrors `RdmaPort` in src/addon/addon.ts.
struct RdmaPort {
  std::string device;
  int port = 0;
  std::string state;
  /// The state and, where it is not active, why: "down (eth1 has no carrier)".
  std::string state_with_reason;
  /// Empty for InfiniBand.
  std::string netdev;
  std::string link_layer;
  int active_mtu_bytes = 0;
  int lid = 0;
  std::uint64_t max_message_bytes = 0;
  std::string driver;
  std::string firmware;
  std::string node_guid;
  bool software = false;
  std::vector<RdmaGid> gids;
};

/// Every port that can be opened here. Throws RDMA_NO_LIBRARY, RDMA_NO_DEVICE or RDMA_UNAVAILABLE
/// with the reason when there is none.
std::vector<RdmaPort> list_rdma_ports();

}  // namespace xr
