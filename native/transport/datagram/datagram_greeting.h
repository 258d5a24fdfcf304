#pragma once

#include <cstdint>

#include "transport/socket/address.h"
#include "transport/socket/blob.h"
#include "transport/wait/deadline.h"

namespace xr {

/// Which link of which session a datagram of the greeting is about. Both ends know the server's
/// token: it made it, and the client got its blob.
struct DatagramGreeting {
  const Token& token;
  unsigned link;
  /// Of the workload's messages, a length which the greeting's datagrams never have.
  std::uint64_t message_bytes;
};

// Before a run both ends of a connected UDP socket make sure that datagrams cross in both
// directions: the client says hello until it is welcomed, and confirms. A confirmation that is lost
// costs the server a short wait, not the run. By the hello the server learns from where the client
// reaches it: behind NAT that is no address the client knows of.

/// `fd` is connected to the server. Throws CONNECT_REFUSED, NO_ROUTE or CONNECT_TIMEOUT, naming it.
void greet_server(int fd, const DatagramGreeting& greeting, const Deadline& deadline);

/// Where the client's hello came from. `fd` is not connected; what else arrives is dropped.
SocketAddress await_hello(int fd, const DatagramGreeting& greeting, const Deadline& deadline);

/// Answers a hello, and any repetition of it. `fd` is connected to where it came from.
void welcome_client(int fd, const DatagramGreeting& greeting, const Deadline& deadline);

}  // namespace xr
