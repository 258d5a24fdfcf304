#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "transport/socket/blob.h"
#include "transport/socket/peer_host.h"
#include "transport/wait/deadline.h"

namespace xr {

/// What a client's connection begins with: the token, and which of the links it is for.
inline constexpr std::size_t kGreetingBytes = kTokenBytes + 2;
using Greeting = std::array<std::uint8_t, kGreetingBytes>;
/// What a server answers a greeting with that it takes: ACK of ASCII.
inline constexpr std::uint8_t kWelcome = 0x06;

Greeting greeting_for(const Token& token, unsigned link) noexcept;

/// Client: greets; with MSG_MORE of `flags`, together with what is sent next. Throws
/// CONNECT_REFUSED.
void send_greeting(int fd, const Token& token, unsigned link, int flags = 0);

/// Client: takes the answer that has come to its greeting, and has the connection block from here
/// on. Throws CONNECT_REFUSED.
void take_welcome(int fd);

/// A connection whose client has shown the token; it does not block.
struct Greeted {
  UniqueFd fd;
  unsigned link = 0;
};

/// Takes the connections of one session at a socket that listens, of TCP or AF_UNIX. Anybody may
/// connect to it: those who have not greeted yet are pending beside one another, and nobody waits
/// for them. Allocates nothing once it is made.
class GreetingAcceptor {
 public:
  /// Beyond it the oldest has to go. A client greets as soon as it is connected, so that a crowd
  /// which keeps it out must come between the two.
  static constexpr std::size_t kMostPending = 64;

  GreetingAcceptor() = default;
  /// `listener` must not block. Greetings name links below `links`; a connection without one is
  /// closed `greeting_limit_ns` after it was accepted, one from elsewhere than `host` at once.
  GreetingAcceptor(UniqueFd listener, const Token& token, unsigned links,
                   std::uint64_t greeting_limit_ns, const PeerHost& host = {}) noexcept;

  /// The next that has greeted, whatever the others do. Throws CONNECT_TIMEOUT, STOPPED or SOCKET;
  /// that also where there are no descriptors for one more, unless somebody has kept one for long.
  Greeted next(const Deadline& deadline);

  /// One for each of `sockets`, at the place of its link, welcomed and blocking; `prepare(fd)`
  /// first. Throws as above.
  template <class Prepare>
  void accept_all(std::vector<UniqueFd>& sockets, const Deadline& deadline,
                  const Prepare& prepare) {
    for (std::size_t missing = sockets.size(); missing > 0;) {
      auto [fd, link] = next(deadline);
      if (sockets[link]) continue;
      prepare(fd.get());
      if (!welcome(fd.get())) continue;
      sockets[link] = std::move(fd);
      --missing;
    }
  }

  /// Drops those that are pending, and listens no more.
  void close() noexcept;

  /// Connections that came and were not the client's, as far as is known by now: from elsewhere, or
  /// with no greeting or another. One that went without a word is not among them: a client that is
  /// stopped does so.
  std::uint64_t strangers() const noexcept;

 private:
  struct Pending {
    UniqueFd fd;
    std::uint64_t until_ns = 0;
    Greeting greeting{};
    std::size_t bytes = 0;
  };
  enum class Reading : std::uint8_t { kNotYet, kGreeted, kStranger, kGone };
  static constexpr std::size_t kListener = Deadline::kOwnEntries;
  static constexpr std::size_t kFirstPending = kListener + 1;
  using Watched = std::array<pollfd, kFirstPending + kMostPending>;

  static bool welcome(int fd);
  void wait(Watched& watched, const Deadline& deadline);
  Greeted read_pending(const Watched& watched) noexcept;
  Greeted accept_new();
  UniqueFd accept_one(SocketAddress& from);
  Reading read_greeting(Pending& connection) const noexcept;
  void drop(std::size_t at) noexcept;
  void turn_away(std::size_t at) noexcept;
  void drop_expired(std::uint64_t now_ns) noexcept;
  void evict_one() noexcept;
  bool evict_late() noexcept;
  bool is_late(const Pending& connection, std::uint64_t now_ns) const noexcept;

  UniqueFd listener_;
  Token token_{};
  unsigned links_ = 0;
  std::uint64_t greeting_limit_ns_ = 0;
  /// The first `count_`, in the order they came in.
  std::array<Pending, kMostPending> pending_;
  std::size_t count_ = 0;
  PeerHost host_;
  std::uint64_t strangers_ = 0;
};

}  // namespace xr
