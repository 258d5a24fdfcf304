#pragma once

#include <optional>
#include <string>

#include "transport/socket/address.h"

namespace xr {

/// The host of the other end, at the address that its control connection has: the only one whose
/// data is taken. Ports are no part of it, for a NAT gives others to data.
class PeerHost {
 public:
  /// Whoever comes.
  PeerHost() = default;
  /// `numeric` as of `EndpointSpec::peer_address`; empty: whoever comes. Throws BAD_SPEC.
  explicit PeerHost(const std::string& numeric);

  /// IPv4 in IPv6 notation is IPv4; a link-local address is one of its interface.
  bool is(const SocketAddress& address) const noexcept;

 private:
  std::optional<SocketAddress> host_;
};

}  // namespace xr
