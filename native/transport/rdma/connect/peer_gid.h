#pragma once

#include "transport/endpoint_spec.h"
#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/socket/address.h"

namespace xr {

/// Holds where the peer says it is against `spec.peer_address`: nothing goes to, or is taken from,
/// another host than that of the session, which has answered from there. Not where the operator of
/// this end named a GID: then RDMA has a network of its own. Neither the GIDs nor the LIDs of
/// InfiniBand hold an address: there it takes rdma_cm, which is told one and finds the way itself.
/// Throws RDMA_FOREIGN_GID.
void check_peer_host(const EndpointSpec& spec, const ChosenPort& port, const RdmaBlob& peer);

/// Whether that is so of an address that the network itself told (rdma_cm(7)).
bool is_peer_host(const EndpointSpec& spec, const SocketAddress& address);

}  // namespace xr
