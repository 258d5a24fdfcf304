#pragma once

#include <vector>

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/blob.h"
#include "transport/socket/greeting_acceptor.h"
#include "transport/wait/deadline.h"

namespace xr {

/// The TCP connections of one endpoint, one for each link: those it makes, or those it accepts from
/// whoever shows the session's token and is at `spec.peer_address`. What runs over them is the
/// transport's.
class TcpConnections {
 public:
  TcpConnections(const EndpointSpec& spec, const SocketOptions& options);

  /// What the peer needs: the token and, of a server, where it listens.
  SocketBlob open();
  /// Blocks until all are connected, then leaves them blocking. `peer` is what the other end's
  /// `open` gave.
  void connect(const SocketBlob& peer, const Deadline& deadline);
  /// Addresses in the blob of the other end.
  std::size_t peer_addresses() const noexcept { return spec_.side == Side::kServer ? 0 : 1; }

  /// Client: one more connection to the server, which does not block.
  UniqueFd dial(const SocketBlob& server, const Deadline& deadline) const;
  /// Has the next send begin with what shows the server that it is its own client's.
  static void introduce(int fd, const SocketBlob& server);
  /// Server: one more, which does not block, whoever else has come. Only in a run of connects is
  /// there a socket that listens still.
  UniqueFd take_next(const Deadline& deadline) { return acceptor_.next(deadline).fd; }

  const std::vector<UniqueFd>& sockets() const noexcept { return sockets_; }
  /// Connections that came to a server and were not its client's.
  std::uint64_t strangers() const noexcept { return acceptor_.strangers(); }
  std::vector<int> fds() const;
  void close() noexcept;

 private:
  UniqueFd listen_at(SocketAddress local) const;
  void connect_one(const SocketBlob& server, unsigned link, const Deadline& deadline);

  EndpointSpec spec_;
  SocketOptions options_;
  Token token_;
  /// Without a port.
  SocketAddress local_;
  GreetingAcceptor acceptor_;
  std::vector<UniqueFd> sockets_;
};

}  // namespace xr
