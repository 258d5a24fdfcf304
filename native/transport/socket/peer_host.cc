#include "transport/socket/peer_host.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace xr {
namespace {

struct Host {
  /// IPv4 as its IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2).
  std::array<std::uint8_t, 16> address{};
  /// Of a link-local address.
  std::uint32_t zone = 0;

  bool operator==(const Host&) const = default;
};

Host host_of(const SocketAddress& address) noexcept {
  Host host;
  if (address.family() == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    std::memcpy(host.address.data(), &in6->sin6_addr, host.address.size());
    if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr)) host.zone = in6->sin6_scope_id;
    return host;
  }
  const auto* in4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  host.address[10] = host.address[11] = 0xff;
  std::memcpy(host.address.data() + 12, &in4->sin_addr, sizeof in4->sin_addr);
  return host;
}

}  // namespace

PeerHost::PeerHost(const std::string& numeric) {
  if (!numeric.empty()) host_ = parse_address(numeric, 0);
}

bool PeerHost::is(const SocketAddress& address) const noexcept {
  return !host_ || host_of(*host_) == host_of(address);
}

}  // namespace xr
