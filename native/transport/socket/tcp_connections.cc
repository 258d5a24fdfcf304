#include "transport/socket/tcp_connections.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "measure/clock.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

constexpr std::size_t kHelloBytes = kTokenBytes + 2;
constexpr std::uint8_t kWelcome = 0x06;
// Someone who connects and says nothing must not keep the real client out for long.
constexpr std::uint64_t kHelloLimitNs = kNsPerSec;

using Hello = std::array<std::uint8_t, kHelloBytes>;

[[noreturn]] void throw_connect_errno(int error) {
  throw_errno(error == ETIMEDOUT ? "CONNECT_TIMEOUT" : "CONNECT_REFUSED", "connect", error);
}

void send_hello(int fd, const Token& token, unsigned link, int flags) {
  Hello hello{};
  std::copy(token.begin(), token.end(), hello.begin());
  hello[kTokenBytes] = static_cast<std::uint8_t>(link >> 8);
  hello[kTokenBytes + 1] = static_cast<std::uint8_t>(link & 0xff);
  if (::send(fd, hello.data(), hello.size(), MSG_NOSIGNAL | flags) !=
      static_cast<ssize_t>(hello.size())) {
    throw_errno("CONNECT_REFUSED", "send");
  }
}

/// A port that bind chooses must be nobody's; one that connect chooses, free towards this peer, which
/// is found sooner (IP_BIND_ADDRESS_NO_PORT, ip(7)).
void leave_port_to_connect(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}

void make_blocking(int fd) {
  int off = 0;
  if (::ioctl(fd, FIONBIO, &off) != 0) throw_errno("SOCKET", "ioctl");
}

}  // namespace

TcpConnections::TcpConnections(const EndpointSpec& spec) : spec_(spec), token_(random_token()) {}

SocketBlob TcpConnections::open() {
  local_ = parse_address(spec_.local_address, 0);
  SocketBlob blob{spec_.transport, token_, {}};
  if (spec_.side == Side::kServer) {
    listener_ = make_listener(local_.family());
    if (::bind(listener_.get(), local_.get(), local_.length) != 0) {
      throw_errno(errno == EADDRINUSE ? "ADDRESS_IN_USE" : "ADDRESS", "bind");
    }
    if (::listen(listener_.get(), static_cast<int>(spec_.link_count()) + 8) != 0)
      throw_errno("SOCKET", "listen");
    blob.addresses.push_back(local_address_of(listener_.get()));
  }
  return blob;
}

void TcpConnections::connect(const SocketBlob& peer, const Deadline& deadline) {
  sockets_.resize(spec_.link_count());
  if (spec_.side == Side::kServer) {
    accept_all(deadline);
    if (spec_.workload != Workload::kConnect) listener_.reset();
    return;
  }
  for (unsigned i = 0; i < spec_.link_count(); ++i) connect_one(peer, i, deadline);
}

void TcpConnections::close() noexcept {
  sockets_.clear();
  listener_.reset();
}

UniqueFd TcpConnections::make_listener(int family) const {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  apply_socket_options(fd.get(), family, true, spec_.socket);
  return fd;
}

UniqueFd TcpConnections::dial(const SocketBlob& server, const Deadline& deadline) const {
  const SocketAddress& remote = server.addresses.front();
  UniqueFd fd(::socket(remote.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  apply_socket_options(fd.get(), remote.family(), true, spec_.socket);
  leave_port_to_connect(fd.get());
  if (::bind(fd.get(), local_.get(), local_.length) != 0) throw_errno("ADDRESS", "bind");
  if (::connect(fd.get(), remote.get(), remote.length) != 0) {
    if (errno != EINPROGRESS) throw_connect_errno(errno);
    deadline.wait(fd.get(), POLLOUT, "connect");
    int refused = 0;
    socklen_t length = sizeof refused;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &refused, &length) != 0)
      throw_errno("SOCKET", "getsockopt");
    if (refused != 0) throw_connect_errno(refused);
  }
  return fd;
}

void TcpConnections::introduce(int fd, const SocketBlob& server) {
  send_hello(fd, server.token, 0, MSG_MORE);
}

UniqueFd TcpConnections::take_next(const Deadline& deadline) const {
  deadline.wait(listener_.get(), POLLIN, "accept");
  UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd || read_hello(fd.get(), deadline) < 0) return UniqueFd();
  return fd;
}

void TcpConnections::connect_one(const SocketBlob& server, unsigned link,
                                 const Deadline& deadline) {
  UniqueFd fd = dial(server, deadline);
  send_hello(fd.get(), server.token, link, 0);
  deadline.wait(fd.get(), POLLIN, "connect");
  std::uint8_t answer = 0;
  if (::recv(fd.get(), &answer, 1, 0) != 1 || answer != kWelcome) {
    throw_fault("CONNECT_REFUSED", "connect",
                "connect: the peer closed the connection before it was set up");
  }
  make_blocking(fd.get());
  sockets_[link] = std::move(fd);
}

void TcpConnections::accept_all(const Deadline& deadline) {
  for (unsigned missing = spec_.link_count(); missing > 0;) {
    deadline.wait(listener_.get(), POLLIN, "accept");
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    // A client may have gone again since poll saw it.
    if (!fd) continue;
    const int link = read_hello(fd.get(), deadline);
    if (link < 0 || sockets_[static_cast<unsigned>(link)]) continue;
    if (::send(fd.get(), &kWelcome, 1, MSG_NOSIGNAL) != 1) continue;
    make_blocking(fd.get());
    sockets_[static_cast<unsigned>(link)] = std::move(fd);
    --missing;
  }
}

/// The link that this connection is for, or -1 for a stranger.
int TcpConnections::read_hello(int fd, const Deadline& deadline) const {
  Hello hello{};
  const std::uint64_t until_ns = monotonic_raw_ns() + kHelloLimitNs;
  for (std::size_t done = 0; done < hello.size();) {
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (now_ns >= until_ns) return -1;
    if (!deadline.wait_within(fd, POLLIN, until_ns - now_ns, "accept")) continue;
    const ssize_t got = ::recv(fd, hello.data() + done, hello.size() - done, 0);
    if (got <= 0) return -1;
    done += static_cast<std::size_t>(got);
  }
  if (!std::equal(token_.begin(), token_.end(), hello.begin())) return -1;
  const unsigned link = static_cast<unsigned>(hello[kTokenBytes] << 8 | hello[kTokenBytes + 1]);
  return link < spec_.link_count() ? static_cast<int>(link) : -1;
}

}  // namespace xr
