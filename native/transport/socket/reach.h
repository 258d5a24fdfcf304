#pragma once

#include "transport/endpoint_spec.h"
#include "transport/socket/blob.h"

namespace xr {

/// The peer's description with the addresses as this end reaches them: the host is the one that the
/// session reached it by, for behind NAT or a published port it knows only its own; the zone of a
/// link-local address is this end's, for each numbers its own interfaces. The ports are the peer's.
SocketBlob reached(SocketBlob peer, const EndpointSpec& spec);

/// Throws what the errno value of a failed connect to `peer` means: CONNECT_REFUSED (the port is
/// closed, or a firewall refuses), NO_ROUTE, CONNECT_TIMEOUT. `protocol` is TCP or UDP.
[[noreturn]] void throw_unreachable(int error, const SocketAddress& peer, const char* protocol);

}  // namespace xr
