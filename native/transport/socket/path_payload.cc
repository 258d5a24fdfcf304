#include "transport/socket/path_payload.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "transport/socket/address.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

constexpr std::size_t kLeastBytes = 1200;
constexpr std::size_t kUdpHeaderBytes = 8;

std::size_t header_bytes(int family) noexcept {
  return kUdpHeaderBytes + (family == AF_INET6 ? 40 : 20);
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::optional<std::size_t> path_mtu(int fd, int family) noexcept {
  int mtu = 0;
  socklen_t length = sizeof mtu;
  const bool ipv6 = family == AF_INET6;
  if (::getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu,
                   &length) != 0 ||
      mtu <= 0) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(mtu);
}

int family_of(int fd) noexcept {
  int family = AF_INET;
  socklen_t length = sizeof family;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length);
  return family;
}

}  // namespace

std::optional<std::size_t> known_payload_bytes(int fd) noexcept {
  const int family = family_of(fd);
  const auto mtu = path_mtu(fd, family);
  if (!mtu) return std::nullopt;
  return *mtu - std::min(*mtu, header_bytes(family));
}

std::size_t usable_payload_bytes(int fd, std::size_t most_bytes) {
  const auto known = known_payload_bytes(fd);
  if (!known) return most_bytes;
  if (*known >= kLeastBytes) return std::min(*known, most_bytes);
  const std::size_t headers = header_bytes(family_of(fd));
  throw_fault("PATH_MTU", "handshake",
              "the path to " + remote_address_of(fd).text() + " has an MTU of " +
                  grouped(*known + headers) + " B, and QUIC needs " +
                  grouped(kLeastBytes + headers) + " B");
}

}  // namespace xr
