#include "transport/datagram/datagram_sockets.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "transport/socket/data_ports.h"
#include "transport/socket/options.h"
#include "transport/socket/reach.h"

namespace xr {
namespace {

void allow_sharing(int fd, bool allowed) {
  const int value = allowed ? 1 : 0;
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value) != 0)
    throw_errno("SOCKET", "setsockopt SO_REUSEADDR");
}

/// Between bind and connect anybody's datagrams are queued.
void forget_what_came(int fd) {
  std::array<std::uint8_t, 1> byte{};
  while (::recv(fd, byte.data(), byte.size(), MSG_DONTWAIT) >= 0) {
  }
}

}  // namespace

std::vector<SocketAddress> DatagramSockets::open() {
  const SocketAddress local = parse_address(spec_.local_address, 0);
  const auto at_port = [&](unsigned port) {
    SocketAddress address = local;
    address.set_port(static_cast<std::uint16_t>(port));
    return bind_to(address, false);
  };
  if (spec_.side == Side::kServer && spec_.data_ports) {
    const PortRange& range = *spec_.data_ports;
    bound_.push_back(take_data_port(range, at_port));
    const unsigned most = std::min(spec_.link_count(), range.at_most);
    unsigned port = local_address_of(bound_.front().get()).port();
    while (bound_.size() < most && ++port <= range.last) {
      if (UniqueFd fd = at_port(port)) bound_.push_back(std::move(fd));
    }
  } else {
    for (unsigned i = 0; i < spec_.link_count(); ++i)
      bound_.push_back(take_data_port(std::nullopt, at_port));
  }
  std::vector<SocketAddress> addresses;
  for (unsigned i = 0; i < spec_.link_count(); ++i)
    addresses.push_back(local_address_of(bound_[i % bound_.size()].get()));
  return addresses;
}

std::vector<UniqueFd> DatagramSockets::connect(const SocketBlob& server, const Token& token,
                                               const Deadline& deadline) {
  std::vector<UniqueFd> connected;
  if (spec_.side == Side::kServer) {
    for (unsigned i = 0; i < spec_.link_count(); ++i)
      connected.push_back(accept(i, token, deadline));
    bound_.clear();
    return connected;
  }
  for (unsigned i = 0; i < spec_.link_count(); ++i) {
    const SocketAddress& address = server.addresses[i];
    if (::connect(bound_[i].get(), address.get(), address.length) != 0)
      throw_unreachable(errno, address, "UDP");
  }
  for (unsigned i = 0; i < spec_.link_count(); ++i)
    greet_server(bound_[i].get(), greeting_of(i, token), deadline);
  connected.swap(bound_);
  return connected;
}

/// The links come in turn, so the last one of a port can have the socket that the others came by.
UniqueFd DatagramSockets::accept(unsigned link, const Token& token, const Deadline& deadline) {
  const DatagramGreeting greeting = greeting_of(link, token);
  UniqueFd& bound = bound_[link % bound_.size()];
  DatagramDoor door(greeting, host_);
  const SocketAddress client = door.await_client(bound.get(), deadline);
  strangers_ += door.strangers();
  const bool is_last = link + bound_.size() >= spec_.link_count();
  UniqueFd fd = is_last ? std::move(bound) : sibling_of(bound.get());
  if (::connect(fd.get(), client.get(), client.length) != 0)
    throw_unreachable(errno, client, "UDP");
  forget_what_came(fd.get());
  door.welcome(fd.get(), deadline);
  return fd;
}

/// A socket of the same port, which nobody else can bind: the door lets it in for that moment.
UniqueFd DatagramSockets::sibling_of(int door) const {
  allow_sharing(door, true);
  UniqueFd fd = bind_to(local_address_of(door), true);
  allow_sharing(door, false);
  if (!fd) throw_errno("ADDRESS_IN_USE", "bind", EADDRINUSE);
  return fd;
}

UniqueFd DatagramSockets::bind_to(SocketAddress local, bool shares) const {
  UniqueFd fd(::socket(local.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  apply_socket_options(fd.get(), local.family(), false, options_);
  if (prepare_ != nullptr) prepare_(fd.get(), local.family());
  if (shares) allow_sharing(fd.get(), true);
  if (::bind(fd.get(), local.get(), local.length) == 0) return fd;
  if (errno == EADDRINUSE) return UniqueFd();
  throw_errno("ADDRESS", "bind");
}

}  // namespace xr
