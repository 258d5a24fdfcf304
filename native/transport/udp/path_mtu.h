#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>

#include "transport/socket/options.h"

namespace xr {

/// EMSGSIZE is how the kernel tells of an ICMP message by which a router refused a datagram that
/// was too big for the next hop (ip(7)), at the next call, whichever that is. From then on it cuts
/// what does not fit into fragments.
inline bool is_news_of_path(int error) noexcept { return error == EMSGSIZE; }

/// So often in a row it is news; after that, a datagram that no path would carry.
inline constexpr unsigned kMostNewsOfPath = 64;

/// Whether a datagram crosses the path of a connected socket in one packet, as far as the kernel
/// knows; true where it does not say.
inline bool fits_path(int fd, std::uint64_t message_bytes) noexcept {
  const std::optional<int> mtu = path_mtu(fd);
  return !mtu || message_bytes + datagram_header_bytes(fd) <= static_cast<std::uint64_t>(*mtu);
}

}  // namespace xr
