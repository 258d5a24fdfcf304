#include "transport/rdma/connect/peer_gid.h"

#include <cstring>
#include <vector>

#include "base/error.h"
#include "transport/rdma/connect/cm_address.h"
#include "transport/rdma/device/verbs.h"
#include "transport/socket/peer_host.h"

namespace xr {
namespace {

/// Whether an RDMA device of this machine has it.
bool is_here(const MappedAddress& gid) {
  for (const RdmaDevice& device : open_rdma_devices()) {
    for (int port = 1; port <= device.attributes.phys_port_cnt; ++port) {
      for (const ibv_gid_entry& entry : gids_of(device, port)) {
        if (std::memcmp(entry.gid.raw, gid.data(), gid.size()) == 0) return true;
      }
    }
  }
  return false;
}

/// The session does not leave this machine, so that any of its addresses will do.
bool is_within_machine(const EndpointSpec& spec) {
  return spec.peer_address == spec.local_address ||
         is_loopback(parse_address(spec.peer_address, 0));
}

bool is_free(const EndpointSpec& spec) {
  return spec.peer_address.empty() || spec.of<RdmaOptions>().gid_index;
}

void check(const EndpointSpec& spec, const MappedAddress& told, std::uint32_t interface) {
  const SocketAddress address = socket_address(told, 0, interface);
  if (PeerHost(spec.peer_address).is(address)) return;
  if (is_within_machine(spec) && is_here(told)) return;
  throw_fault("RDMA_FOREIGN_GID", "gid",
              "the other end names " + address.text() + ", and the session is with " +
                  spec.peer_address + ": RDMA goes to the host of the session alone");
}

/// What cannot be looked at shows nothing.
std::vector<RdmaDevice> known_devices() {
  try {
    return open_rdma_devices();
  } catch (const Error&) {
    return {};
  }
}

/// Whether a port of this machine has it, of whatever subnet.
bool is_here(std::uint16_t lid) {
  for (const RdmaDevice& device : known_devices()) {
    for (int port = 1; port <= device.attributes.phys_port_cnt; ++port) {
      ibv_port_attr attributes{};
      const auto number = static_cast<std::uint8_t>(port);
      if (verbs().port_of(device.context.get(), number, attributes) == 0 && attributes.lid == lid)
        return true;
    }
  }
  return false;
}

/// Of InfiniBand, where packets go to the LID that the other end tells, and nothing shows whose it
/// is.
void check_lid(const EndpointSpec& spec, const ChosenPort& port, const RdmaBlob& peer) {
  const bool is_own = peer.lid == port.attributes.lid;
  if (is_within_machine(spec) && (is_own || is_here(peer.lid))) return;
  throw_fault("RDMA_FOREIGN_GID", "lid",
              "nothing shows that LID " + std::to_string(peer.lid) +
                  ", which the other end names, is of " + spec.peer_address +
                  ": over InfiniBand rdma-cm does (connectBy), or a GID named at this end");
}

}  // namespace

void check_peer_host(const EndpointSpec& spec, const ChosenPort& port, const RdmaBlob& peer) {
  if (is_free(spec)) return;
  if (port.is_ethernet() && !port.device.iwarp) check(spec, peer.gid, port.gid.ndev_ifindex);
  if (peer.connect_by == ConnectBy::kRdmaCm) {
    check(spec, peer.cm_address, port.gid.ndev_ifindex);
  } else if (!port.is_ethernet()) {
    check_lid(spec, port, peer);
  }
}

bool is_peer_host(const EndpointSpec& spec, const SocketAddress& address) {
  return is_free(spec) || PeerHost(spec.peer_address).is(address) ||
         (is_within_machine(spec) && is_here(mapped_address(address)));
}

}  // namespace xr
