#pragma once

#include <cstdint>
#include <vector>

#include "base/unique_fd.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/blob.h"
#include "transport/socket/peer_host.h"
#include "transport/wait/deadline.h"

namespace xr {

/// The UDP sockets of one endpoint, one for each link, which end up connected to those of the peer.
/// A server's have a port each where there are as many; else they share, and the kernel tells them
/// apart by where a datagram comes from.
class DatagramSockets {
 public:
  /// What a transport asks of each socket beyond what the user did, before it is bound.
  using Prepare = void (*)(int fd, int family);

  /// Throws BAD_SPEC.
  DatagramSockets(const EndpointSpec& spec, const SocketOptions& options,
                  Prepare prepare = nullptr)
      : spec_(spec), options_(options), prepare_(prepare), host_(spec.peer_address) {}

  /// Binds, and gives where each link is to be found. Throws ADDRESS or NO_DATA_PORT.
  std::vector<SocketAddress> open();
  /// Blocks until each link is connected and datagrams have crossed it both ways. `token` is the
  /// server's, which hears `spec.peer_address` alone; `server` holds its addresses, for a client.
  /// Throws CONNECT_REFUSED, NO_ROUTE, CONNECT_TIMEOUT or STOPPED.
  std::vector<UniqueFd> connect(const SocketBlob& server, const Token& token,
                                const Deadline& deadline);
  void close() noexcept { bound_.clear(); }
  /// Datagrams that came to a server before it had found its client, and were not its own.
  std::uint64_t strangers() const noexcept { return strangers_; }

 private:
  /// None where the port is taken.
  UniqueFd bind_to(SocketAddress local, bool shares) const;
  UniqueFd sibling_of(int door) const;
  UniqueFd accept(unsigned link, const Token& token, const Deadline& deadline);
  DatagramGreeting greeting_of(unsigned link, const Token& token) const noexcept {
    return {token, link, spec_.message_bytes, spec_.guarded};
  }

  EndpointSpec spec_;
  SocketOptions options_;
  Prepare prepare_;
  PeerHost host_;
  /// One for each link, or, of a server that has fewer ports than links, one for each port.
  std::vector<UniqueFd> bound_;
  std::uint64_t strangers_ = 0;
};

}  // namespace xr
