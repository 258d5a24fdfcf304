#pragma once

#include "transport/endpoint_spec.h"
#include "transport/rdma/device/device.h"

namespace xr {

/// The device, port and GID that a run uses at this end.
struct ChosenPort {
  RdmaDevice device;
  int port = 0;
  ibv_port_attr attributes{};
  /// Absent on InfiniBand without GIDs in use.
  int gid_index = -1;
  ibv_gid_entry gid{};

  bool is_ethernet() const noexcept { return attributes.link_layer == IBV_LINK_LAYER_ETHERNET; }
};

/// By what was named in the options, else by the local address: the port that has it as a RoCE v2
/// GID. With a loopback address any active port does, for then both ends are here. Throws
/// RDMA_NO_DEVICE, RDMA_PORT_DOWN or RDMA_NO_GID with the table that was searched.
ChosenPort choose_port(const EndpointSpec& spec);

}  // namespace xr
