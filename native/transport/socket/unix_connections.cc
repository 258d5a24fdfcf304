#include "transport/socket/unix_connections.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

struct UnixAddress {
  sockaddr_un storage{};
  socklen_t length = 0;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// An abstract name begins with a zero and is as long as its address says (unix(7)).
UnixAddress abstract_address(const Token& name) {
  UnixAddress address;
  address.storage.sun_family = AF_UNIX;
  const std::string text = "xrbench-" + token_name(name);
  static_assert(sizeof address.storage.sun_path > 1 + sizeof "xrbench-" + 2 * kTokenBytes);
  std::memcpy(address.storage.sun_path + 1, text.data(), text.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  return address;
}

}  // namespace

UnixConnections::UnixConnections(const EndpointSpec& spec, const SocketOptions& options,
                                 int socket_type)
    : spec_(spec), options_(options), socket_type_(socket_type), token_(random_token()) {}

Blob UnixConnections::open() {
  Blob blob = encode_blob({spec_.transport(), token_, {}});
  if (spec_.side == Side::kClient) return blob;
  const Token name = random_token();
  const UnixAddress address = abstract_address(name);
  UniqueFd listener = make_socket();
  if (::bind(listener.get(), address.get(), address.length) != 0) throw_errno("SOCKET", "bind");
  if (::listen(listener.get(), SOMAXCONN) != 0) throw_errno("SOCKET", "listen");
  acceptor_ = GreetingAcceptor(std::move(listener), token_, spec_.link_count(),
                               spec_.connect_timeout_ns);
  blob.insert(blob.end(), name.begin(), name.end());
  return blob;
}

void UnixConnections::connect(const Blob& peer, const Deadline& deadline) {
  const std::size_t name_bytes = spec_.side == Side::kClient ? kTokenBytes : 0;
  if (peer.size() < name_bytes)
    throw_fault("BAD_BLOB", "blob", "the peer's endpoint description has an unexpected length");
  const auto middle = peer.end() - static_cast<std::ptrdiff_t>(name_bytes);
  const SocketBlob blob = decode_blob(Blob(peer.begin(), middle), spec_.transport(), 0);
  sockets_.resize(spec_.link_count());
  if (spec_.side == Side::kServer) {
    acceptor_.accept_all(sockets_, deadline,
                         [&](int fd) { apply_socket_options(fd, AF_UNIX, false, options_); });
    acceptor_.close();
    return;
  }
  Token name{};
  std::copy(middle, peer.end(), name.begin());
  for (unsigned i = 0; i < spec_.link_count(); ++i) connect_one(name, blob.token, i, deadline);
}

std::vector<int> UnixConnections::fds() const { return fds_of(sockets_); }

void UnixConnections::close() noexcept {
  sockets_.clear();
  acceptor_.close();
}

UniqueFd UnixConnections::make_socket() const {
  UniqueFd fd(::socket(AF_UNIX, socket_type_ | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  return fd;
}

UniqueFd UnixConnections::dial(const Token& name, const Deadline& deadline) const {
  const UnixAddress address = abstract_address(name);
  UniqueFd fd = make_socket();
  apply_socket_options(fd.get(), AF_UNIX, false, options_);
  while (::connect(fd.get(), address.get(), address.length) != 0) {
    if (errno == ECONNREFUSED) {
      throw Error(Fault{"CONNECT_REFUSED", "connect", ECONNREFUSED,
                        "connect: the peer's socket is not on this machine, or in another network "
                        "namespace of it (a container)"});
    }
    if (errno != EAGAIN && errno != EINTR) throw_errno("CONNECT_REFUSED", "connect");
    // Its queue is full of others; nothing tells when there is room.
    deadline.wait_within(-1, 0, kNsPerMs, "connect");
  }
  return fd;
}

void UnixConnections::connect_one(const Token& name, const Token& token, unsigned link,
                                  const Deadline& deadline) {
  UniqueFd fd = dial(name, deadline);
  send_greeting(fd.get(), token, link);
  deadline.wait(fd.get(), POLLIN, "connect");
  take_welcome(fd.get());
  sockets_[link] = std::move(fd);
}

}  // namespace xr
