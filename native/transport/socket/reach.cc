#include "transport/socket/reach.h"

#include <cerrno>

#include "base/error.h"

namespace xr {
namespace {

/// Index of the interface that a link-local address belongs to; 0 for any other.
std::uint32_t zone_of(const SocketAddress& address) {
  if (address.family() != AF_INET6) return 0;
  return reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_scope_id;
}

}  // namespace

SocketBlob reached(SocketBlob peer, const EndpointSpec& spec) {
  for (SocketAddress& address : peer.addresses) {
    if (!spec.peer_address.empty()) {
      address = parse_address(spec.peer_address, address.port());
    } else if (zone_of(address) != 0) {
      reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_scope_id =
          zone_of(parse_address(spec.local_address, 0));
    }
  }
  return peer;
}

void throw_unreachable(int error, const SocketAddress& peer, const char* protocol) {
  const std::string port = std::string(protocol) + " port " + std::to_string(peer.port());
  const std::string where = port + " of " + peer.text();
  switch (error) {
    case ETIMEDOUT:
      throw Error(Fault{"CONNECT_TIMEOUT", "connect", error,
                        "connect: " + where + " did not answer in time"});
    case ECONNREFUSED:
      throw Error(Fault{"CONNECT_REFUSED", "connect", error, "connect: " + where + " is closed"});
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      throw Error(Fault{"NO_ROUTE", "connect", error,
                        "connect: nothing leads to " + where + " (" + errno_text(error) + ")"});
    default:
      throw Error(Fault{"CONNECT_REFUSED", "connect", error,
                        "connect: " + where + ": " + errno_text(error)});
  }
}

}  // namespace xr
