#include "transport/rdma/device/device_list.h"

#include "transport/rdma/device/device.h"
#include "transport/rdma/device/port_state.h"

namespace xr {
namespace {

std::vector<RdmaGid> gid_list(const RdmaDevice& device, int port) {
  std::vector<RdmaGid> gids;
  for (const ibv_gid_entry& entry : gids_of(device, port)) {
    gids.push_back({static_cast<int>(entry.gid_index), gid_text(entry.gid),
                    gid_type_text(entry.gid_type), netdev_text(entry.ndev_ifindex)});
  }
  return gids;
}

}  // namespace

std::vector<RdmaPort> list_rdma_ports() {
  std::vector<RdmaPort> ports;
  for (const RdmaDevice& device : open_rdma_devices()) {
    for (int number = 1; number <= device.attributes.phys_port_cnt; ++number) {
      ibv_port_attr attributes{};
      if (verbs().port_of(device.context.get(), static_cast<std::uint8_t>(number), attributes) != 0)
        continue;
      RdmaPort port;
      port.device = device.name;
      port.port = number;
      port.state = port_state_text(attributes.state);
      port.state_with_reason = state_with_reason(device, number, attributes);
      if (attributes.link_layer == IBV_LINK_LAYER_ETHERNET) port.netdev = netdev_of(device, number);
      port.link_layer =
          attributes.link_layer == IBV_LINK_LAYER_ETHERNET ? "Ethernet" : "InfiniBand";
      port.active_mtu_bytes = mtu_bytes(attributes.active_mtu);
      port.lid = attributes.lid;
      port.max_message_bytes = attributes.max_msg_sz;
      port.driver = device.driver;
      port.firmware = device.firmware();
      port.node_guid = device.node_guid();
      port.software = device.software;
      port.gids = gid_list(device, number);
      ports.push_back(std::move(port));
    }
  }
  return ports;
}

}  // namespace xr
