#pragma once

#include <sys/socket.h>

#include <array>

#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/socket/address.h"

// For tests.

namespace xr::test {

/// Two datagram sockets of a protocol on loopback, connected to one another.
struct DatagramPair {
  explicit DatagramPair(int protocol = 0) {
    for (UniqueFd& fd : fds) {
      fd = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
      if (!fd) throw Skipped("this kernel has no such socket");
      const SocketAddress any = parse_address("127.0.0.1", 0);
      CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
    }
    for (int i : {0, 1}) {
      const SocketAddress other = local_address_of(fds[1 - i].get());
      CHECK_EQ(::connect(fds[i].get(), other.get(), other.length), 0);
    }
  }
  int sender() const { return fds[0].get(); }
  int receiver() const { return fds[1].get(); }
  std::array<UniqueFd, 2> fds;
};

}  // namespace xr::test
