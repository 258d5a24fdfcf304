#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "transport/socket/address.h"
#include "transport/socket/blob.h"
#include "transport/socket/peer_host.h"
#include "transport/wait/deadline.h"

namespace xr {

/// Which link of which session a datagram of the greeting is about. Both ends know the server's
/// token: it made it, and the client got its blob.
struct DatagramGreeting {
  const Token& token;
  unsigned link;
  /// Of the workload's messages, a length which the greeting's datagrams never have.
  std::uint64_t message_bytes;
  /// Each end returns what the other made up for it; false: the peer is of before that.
  bool challenges;
};

/// Made up for one greeting, from getrandom(2).
using Nonce = std::array<std::uint8_t, 16>;

inline constexpr std::size_t kPlainGreetingBytes = 4 + 1 + 2 + kTokenBytes;
inline constexpr std::size_t kDatagramGreetingBytes = kPlainGreetingBytes + 2 * sizeof(Nonce);

/// Whether a datagram that left so many bytes in a buffer with so much room may be one of a
/// greeting, of which some come late.
constexpr bool may_be_greeting(std::size_t bytes, std::size_t room) noexcept {
  if (bytes == room) return room <= kDatagramGreetingBytes + 1;
  return bytes == kDatagramGreetingBytes || bytes == kDatagramGreetingBytes + 1;
}

// Before a run both ends of a connected UDP socket make sure that datagrams cross in both
// directions, and that the other end is where it says: hello, challenge, answer, welcome, confirm,
// the first, third and last of them the client's. All are of one length, and each end sends one for
// one that came, or a few in a second, until its own nonce has come back from the address it sent
// it to: nobody can have either end send more than he sends himself. A confirmation that is lost
// costs the server a short wait, not the run. By the hello the server learns from which port the
// client reaches it: behind NAT that is none the client knows of.

/// `fd` is connected to the server. Throws CONNECT_REFUSED, NO_ROUTE or CONNECT_TIMEOUT, naming it.
void greet_server(int fd, const DatagramGreeting& greeting, const Deadline& deadline);

/// The server's half, for one link.
class DatagramDoor {
 public:
  DatagramDoor(const DatagramGreeting& greeting, const PeerHost& host);

  /// Where the client is, which has shown that it is there. `fd` is not connected; what else
  /// arrives is dropped and counted.
  SocketAddress await_client(int fd, const Deadline& deadline);
  /// Welcomes it, and any repetition of its answer. `fd` is connected to where it is.
  void welcome(int fd, const Deadline& deadline);

  /// Datagrams that were not its client's.
  std::uint64_t strangers() const noexcept { return strangers_; }

 private:
  const DatagramGreeting& greeting_;
  const PeerHost& host_;
  /// Of whoever said hello last.
  SocketAddress challenged_;
  Nonce own_{};
  Nonce theirs_{};
  std::uint64_t strangers_ = 0;
};

}  // namespace xr
