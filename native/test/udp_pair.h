#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/socket/address.h"

namespace xr::test {

/// Two UDP sockets on loopback, each connected to the other.
inline std::array<UniqueFd, 2> udp_pair() {
  std::array<UniqueFd, 2> fds;
  for (UniqueFd& fd : fds) {
    fd = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const SocketAddress any = parse_address("127.0.0.1", 0);
    CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
  }
  for (const auto& [from, to] : {std::array{0, 1}, std::array{1, 0}}) {
    const SocketAddress address = local_address_of(fds[static_cast<std::size_t>(to)].get());
    CHECK_EQ(::connect(fds[static_cast<std::size_t>(from)].get(), address.get(), address.length),
             0);
  }
  return fds;
}

}  // namespace xr::test
