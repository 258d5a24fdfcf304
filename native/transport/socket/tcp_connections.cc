#include "transport/socket/tcp_connections.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "base/error.h"
#include "transport/socket/data_ports.h"
#include "transport/socket/options.h"
#include "transport/socket/reach.h"

namespace xr {
namespace {

/// A port that bind chooses must be nobody's; one that connect chooses, free towards this peer,
/// which is found sooner (IP_BIND_ADDRESS_NO_PORT, ip(7)).
void leave_port_to_connect(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}

/// A deadline that passes says whom it was about.
void await_answer(int fd, short events, const SocketAddress& server, const Deadline& deadline) {
  try {
    deadline.wait(fd, events, "connect");
  } catch (const Error& error) {
    if (error.fault().code == "CONNECT_TIMEOUT") throw_unreachable(ETIMEDOUT, server, "TCP");
    throw;
  }
}

}  // namespace

TcpConnections::TcpConnections(const EndpointSpec& spec, const SocketOptions& options)
    : spec_(spec), options_(options), token_(random_token()) {}

SocketBlob TcpConnections::open() {
  local_ = parse_address(spec_.local_address, 0);
  SocketBlob blob{spec_.transport(), token_, {}};
  if (spec_.side == Side::kServer) {
    UniqueFd listener = take_data_port(spec_.data_ports, [&](unsigned port) {
      SocketAddress address = local_;
      address.set_port(static_cast<std::uint16_t>(port));
      return listen_at(address);
    });
    blob.addresses.push_back(local_address_of(listener.get()));
    acceptor_ = GreetingAcceptor(std::move(listener), token_, spec_.link_count(),
                                 spec_.connect_timeout_ns, PeerHost(spec_.peer_address));
  }
  return blob;
}

void TcpConnections::connect(const SocketBlob& peer, const Deadline& deadline) {
  sockets_.resize(spec_.link_count());
  if (spec_.side == Side::kServer) {
    acceptor_.accept_all(sockets_, deadline, [](int) {});
    if (spec_.workload != Workload::kConnect) acceptor_.close();
    return;
  }
  for (unsigned i = 0; i < spec_.link_count(); ++i) connect_one(peer, i, deadline);
}

std::vector<int> TcpConnections::fds() const { return fds_of(sockets_); }

void TcpConnections::close() noexcept {
  sockets_.clear();
  acceptor_.close();
}

/// None where the port is taken.
UniqueFd TcpConnections::listen_at(SocketAddress local) const {
  UniqueFd fd = stream_socket(local.family(), options_);
  apply_socket_options(fd.get(), local.family(), true, options_);
  // A port that was named is wanted again while connections of the run before wait out their time.
  const int on = local.port() == 0 ? 0 : 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
    throw_errno("SOCKET", "setsockopt SO_REUSEADDR");
  if (::bind(fd.get(), local.get(), local.length) != 0) {
    if (errno == EADDRINUSE) return UniqueFd();
    throw_errno("ADDRESS", "bind");
  }
  // A queue that strangers have filled drops a client's SYN, which comes again after a second.
  if (::listen(fd.get(), SOMAXCONN) != 0) {
    if (errno == EADDRINUSE) return UniqueFd();
    throw_errno("SOCKET", "listen");
  }
  return fd;
}

UniqueFd TcpConnections::dial(const SocketBlob& server, const Deadline& deadline) const {
  const SocketAddress& remote = server.addresses.front();
  UniqueFd fd = stream_socket(remote.family(), options_);
  apply_socket_options(fd.get(), remote.family(), true, options_);
  leave_port_to_connect(fd.get());
  if (::bind(fd.get(), local_.get(), local_.length) != 0) throw_errno("ADDRESS", "bind");
  if (::connect(fd.get(), remote.get(), remote.length) != 0) {
    if (errno != EINPROGRESS) throw_unreachable(errno, remote, "TCP");
    await_answer(fd.get(), POLLOUT, remote, deadline);
    int refused = 0;
    socklen_t length = sizeof refused;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &refused, &length) != 0)
      throw_errno("SOCKET", "getsockopt");
    if (refused != 0) throw_unreachable(refused, remote, "TCP");
  }
  return fd;
}

void TcpConnections::introduce(int fd, const SocketBlob& server) {
  send_greeting(fd, server.token, 0, MSG_MORE);
}

void TcpConnections::connect_one(const SocketBlob& server, unsigned link,
                                 const Deadline& deadline) {
  UniqueFd fd = dial(server, deadline);
  send_greeting(fd.get(), server.token, link);
  await_answer(fd.get(), POLLIN, server.addresses.front(), deadline);
  take_welcome(fd.get());
  sockets_[link] = std::move(fd);
}

}  // namespace xr
