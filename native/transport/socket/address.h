#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace xr {

/// A numeric IPv4 or IPv6 address with a port.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const noexcept { return storage.ss_family; }
  std::uint16_t port() const noexcept;
  void set_port(std::uint16_t port) noexcept;
  /// Without the port.
  std::string text() const;
};

/// `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`; no names are looked up. Throws BAD_SPEC.
SocketAddress parse_address(const std::string& numeric, std::uint16_t port);

/// Whether it never leaves this machine (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3).
bool is_loopback(const SocketAddress& address) noexcept;

SocketAddress local_address_of(int fd);
SocketAddress remote_address_of(int fd);

}  // namespace xr
