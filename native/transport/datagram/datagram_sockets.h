#pragma once

#include <vector>

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/blob.h"
#include "transport/wait/deadline.h"

namespace xr {

/// The UDP sockets of one endpoint, one for each link, which end up connected to those of the peer.
/// A server's have a port each where there are as many; else they share, and the kernel tells them
/// apart by where a datagram comes from.
class DatagramSockets {
 public:
  /// What a transport asks of each socket beyond what the user did, before it is bound.
  using Prepare = void (*)(int fd, int family);

  DatagramSockets(const EndpointSpec& spec, const SocketOptions& options,
                  Prepare prepare = nullptr)
      : spec_(spec), options_(options), prepare_(prepare) {}

  /// Binds, and gives where each link is to be found. Throws ADDRESS or NO_DATA_PORT.
  std::vector<SocketAddress> open();
  /// Blocks until each link is connected and datagrams have crossed it both ways. `token` is the
  /// server's; `server` holds its addresses, for a client. Throws CONNECT_REFUSED, NO_ROUTE,
  /// CONNECT_TIMEOUT or STOPPED.
  std::vector<UniqueFd> connect(const SocketBlob& server, const Token& token,
                                const Deadline& deadline);
  void close() noexcept { bound_.clear(); }

 private:
  /// None where the port is taken.
  UniqueFd bind_to(SocketAddress local, bool shares) const;
  UniqueFd sibling_of(int door) const;
  UniqueFd accept(unsigned link, const Token& token, const Deadline& deadline);

  EndpointSpec spec_;
  SocketOptions options_;
  Prepare prepare_;
  /// One for each link, or, of a server that has fewer ports than links, one for each port.
  std::vector<UniqueFd> bound_;
};

}  // namespace xr
