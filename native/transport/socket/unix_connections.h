#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/blob.h"
#include "transport/socket/greeting_acceptor.h"
#include "transport/wait/deadline.h"

namespace xr {

/// The AF_UNIX connections of one endpoint (unix(7)), one for each link. The server listens at an
/// abstract name that is random and ends with its socket; everybody on the machine can read it in
/// /proc/net/unix, so that each connection shows the session's token as well.
class UnixConnections {
 public:
  /// `socket_type`: SOCK_STREAM or SOCK_SEQPACKET.
  UnixConnections(const EndpointSpec& spec, const SocketOptions& options, int socket_type);

  /// What the peer needs: the token and, of a server, where it listens.
  Blob open();
  /// Blocks until all are connected, then leaves them blocking. `peer` is what the other end's
  /// `open` gave.
  void connect(const Blob& peer, const Deadline& deadline);

  const std::vector<UniqueFd>& sockets() const noexcept { return sockets_; }
  std::vector<int> fds() const;
  /// Connections that came to a server and were not its client's.
  std::uint64_t strangers() const noexcept { return acceptor_.strangers(); }
  void close() noexcept;

 private:
  UniqueFd make_socket() const;
  UniqueFd dial(const Token& name, const Deadline& deadline) const;
  void connect_one(const Token& name, const Token& token, unsigned link, const Deadline& deadline);

  EndpointSpec spec_;
  SocketOptions options_;
  int socket_type_;
  Token token_;
  GreetingAcceptor acceptor_;
  std::vector<UniqueFd> sockets_;
};

}  // namespace xr
