#include "transport/socket/address.h"

#include <netdb.h>

#include <array>
#include <cstring>

#include "base/error.h"

namespace xr {

std::uint16_t SocketAddress::port() const noexcept {
  if (family() == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

void SocketAddress::set_port(std::uint16_t port) noexcept {
  if (family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
  }
}

std::string SocketAddress::text() const {
  std::array<char, NI_MAXHOST> host{};
  if (getnameinfo(get(), length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return "";
  return host.data();
}

SocketAddress parse_address(const std::string& numeric, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (numeric.empty() || getaddrinfo(numeric.c_str(), nullptr, &hints, &found) != 0 ||
      found == nullptr) {
    throw_fault("BAD_SPEC", "address", "'" + numeric + "' is not a numeric IP address");
  }
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  freeaddrinfo(found);
  address.set_port(port);
  return address;
}

bool is_loopback(const SocketAddress& address) noexcept {
  if (address.family() == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(
        &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr);
  }
  const auto* in4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  return ntohl(in4->sin_addr.s_addr) >> 24 == 127;
}

SocketAddress local_address_of(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (getsockname(fd, address.get(), &address.length) != 0) throw_errno("SOCKET", "getsockname");
  return address;
}

SocketAddress remote_address_of(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (getpeername(fd, address.get(), &address.length) != 0) {
    // That is how a connection looks that the peer has reset since (getpeername(2)).
    if (errno == ENOTCONN)
      throw_fault("CONNECT_REFUSED", "getpeername", "connect: the peer closed the connection");
    throw_errno("SOCKET", "getpeername");
  }
  return address;
}

}  // namespace xr
