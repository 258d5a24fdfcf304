#include "transport/datagram/path_payload.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "transport/socket/address.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

constexpr std::size_t kLeastBytes = 1200;

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace

std::optional<std::size_t> known_payload_bytes(int fd) noexcept {
  const std::optional<int> mtu = path_mtu(fd);
  if (!mtu || *mtu <= 0) return std::nullopt;
  const auto bytes = static_cast<std::size_t>(*mtu);
  return bytes - std::min<std::size_t>(bytes, datagram_header_bytes(fd));
}

std::size_t usable_payload_bytes(int fd, std::size_t most_bytes) {
  const auto known = known_payload_bytes(fd);
  if (!known) return most_bytes;
  if (*known >= kLeastBytes) return std::min(*known, most_bytes);
  const std::size_t headers = datagram_header_bytes(fd);
  throw_fault("PATH_MTU", "handshake",
              "the path to " + remote_address_of(fd).text() + " has an MTU of " +
                  grouped(*known + headers) + " B, and QUIC needs " +
                  grouped(kLeastBytes + headers) + " B");
}

}  // namespace xr
