#pragma once

#include <array>
#include <cstdint>

#include "transport/socket/address.h"

namespace xr {

/// An IPv6 address, or an IPv4 address as the IPv4-mapped one (RFC 4291, section 2.5.5.2): the
/// form that a RoCE v2 GID has too.
using MappedAddress = std::array<std::uint8_t, 16>;

MappedAddress mapped_address(const SocketAddress& address);

/// @param interface index of the network device that a link-local address belongs to
SocketAddress socket_address(const MappedAddress& address, std::uint16_t port,
                             std::uint32_t interface);

}  // namespace xr
