#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/socket/address.h"

namespace xr::test {

/// Both ends of a TCP connection on loopback.
inline std::pair<UniqueFd, UniqueFd> tcp_pair() {
  UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress any = parse_address("127.0.0.1", 0);
  CHECK_EQ(::bind(listener.get(), any.get(), any.length), 0);
  CHECK_EQ(::listen(listener.get(), 1), 0);
  const SocketAddress address = local_address_of(listener.get());
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK_EQ(::connect(client.get(), address.get(), address.length), 0);
  UniqueFd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  CHECK(static_cast<bool>(server));
  const int on = 1;
  for (const UniqueFd* end : {&client, &server})
    CHECK_EQ(::setsockopt(end->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
  return {std::move(client), std::move(server)};
}

}  // namespace xr::test
