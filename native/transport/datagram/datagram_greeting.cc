#include "transport/datagram/datagram_greeting.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "measure/clock.h"
#include "transport/socket/reach.h"

namespace xr {
namespace {

enum class Kind : std::uint8_t {
  kHello = 1,
  kWelcome = 2,
  kConfirm = 3,
  kChallenge = 4,
  kAnswer = 5,
};

constexpr std::array<std::uint8_t, 4> kMagic{'x', 'r', 'b', '3'};
/// Without nonces: hello, welcome, confirm.
constexpr std::array<std::uint8_t, 4> kPlainMagic{'x', 'r', 'b', '2'};
constexpr std::size_t kTokenAt = kPlainGreetingBytes - kTokenBytes;
constexpr std::uint64_t kResendNs = 100 * kNsPerMs;
constexpr std::uint64_t kQuietNs = 350 * kNsPerMs;

using Datagram = std::array<std::uint8_t, kDatagramGreetingBytes + 1>;

/// What one says, beside which link it is about.
struct Word {
  Kind kind;
  /// Its sender's nonce, and the last of the other end's that came to it.
  Nonce own{};
  Nonce returned{};
};

/// One byte longer where the workload's messages are as long as a greeting.
std::size_t bytes_of(const DatagramGreeting& greeting) {
  const std::size_t bytes = greeting.challenges ? kDatagramGreetingBytes : kPlainGreetingBytes;
  return greeting.message_bytes == bytes ? bytes + 1 : bytes;
}

/// What all datagrams of this link begin with.
std::uint8_t* write_head(std::uint8_t* out, Kind kind, const DatagramGreeting& greeting) {
  const auto& magic = greeting.challenges ? kMagic : kPlainMagic;
  out = std::copy(magic.begin(), magic.end(), out);
  *out++ = static_cast<std::uint8_t>(kind);
  *out++ = static_cast<std::uint8_t>(greeting.link >> 8);
  *out++ = static_cast<std::uint8_t>(greeting.link & 0xff);
  return std::copy(greeting.token.begin(), greeting.token.end(), out);
}

Datagram write(const Word& word, const DatagramGreeting& greeting) {
  Datagram bytes{};
  std::uint8_t* out = write_head(bytes.data(), word.kind, greeting);
  if (!greeting.challenges) return bytes;
  out = std::copy(word.own.begin(), word.own.end(), out);
  std::copy(word.returned.begin(), word.returned.end(), out);
  return bytes;
}

/// What it says of this link, if anything.
std::optional<Word> read(const Datagram& bytes, ssize_t length, const DatagramGreeting& greeting) {
  if (length != static_cast<ssize_t>(bytes_of(greeting))) return std::nullopt;
  const Kind last = greeting.challenges ? Kind::kAnswer : Kind::kConfirm;
  const std::uint8_t kind = bytes[kMagic.size()];
  if (kind < static_cast<std::uint8_t>(Kind::kHello) || kind > static_cast<std::uint8_t>(last))
    return std::nullopt;
  Word word{static_cast<Kind>(kind)};
  Datagram head{};
  write_head(head.data(), word.kind, greeting);
  if (!std::equal(head.begin(), head.begin() + kPlainGreetingBytes, bytes.begin()))
    return std::nullopt;
  if (!greeting.challenges) return word;
  const auto* nonces = bytes.data() + kPlainGreetingBytes;
  std::copy_n(nonces, word.own.size(), word.own.begin());
  std::copy_n(nonces + word.own.size(), word.returned.size(), word.returned.begin());
  return word;
}

/// Whether it is about this link or another one, of which words may come twice.
bool is_of_session(const Datagram& bytes, ssize_t length, const DatagramGreeting& greeting) {
  return length == static_cast<ssize_t>(bytes_of(greeting)) &&
         std::equal(greeting.token.begin(), greeting.token.end(), bytes.begin() + kTokenAt);
}

Nonce random_nonce() {
  Nonce nonce;
  if (::getrandom(nonce.data(), nonce.size(), 0) != static_cast<ssize_t>(nonce.size()))
    throw_errno("SOCKET", "getrandom");
  return nonce;
}

bool are_same(const SocketAddress& a, const SocketAddress& b) {
  return a.length == b.length && std::memcmp(&a.storage, &b.storage, a.length) == 0;
}

/// A network that refuses says so in an answer, which the kernel hands out at the next call.
bool is_refusal(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
         error == EACCES || error == EPERM;
}

void send_word(int fd, const Word& word, const DatagramGreeting& greeting) {
  const Datagram bytes = write(word, greeting);
  if (::send(fd, bytes.data(), bytes_of(greeting), MSG_NOSIGNAL) < 0 && is_refusal(errno))
    throw_unreachable(errno, remote_address_of(fd), "UDP");
}

std::optional<Word> receive_word(int fd, const DatagramGreeting& greeting, int flags = 0) {
  Datagram bytes{};
  const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC | flags);
  if (got < 0 && is_refusal(errno)) throw_unreachable(errno, remote_address_of(fd), "UDP");
  return read(bytes, got, greeting);
}

/// Has the kernel tell of what routers refuse too, not of closed ports alone (IP_RECVERR in ip(7)),
/// for as long as it lives.
class RouterNews {
 public:
  explicit RouterNews(int fd) : fd_(fd), ipv6_(local_address_of(fd).family() == AF_INET6) {
    set(1);
  }
  ~RouterNews() { set(0); }
  RouterNews(const RouterNews&) = delete;
  RouterNews& operator=(const RouterNews&) = delete;

 private:
  void set(int on) noexcept {
    ::setsockopt(fd_, ipv6_ ? IPPROTO_IPV6 : IPPROTO_IP, ipv6_ ? IPV6_RECVERR : IP_RECVERR, &on,
                 sizeof on);
  }

  int fd_;
  bool ipv6_;
};

/// The client's half: says what is to be said again and again until the server goes on.
class Guest {
 public:
  Guest(int fd, const DatagramGreeting& greeting, const Deadline& deadline)
      : fd_(fd), greeting_(greeting), deadline_(deadline) {
    if (greeting.challenges) says_.own = random_nonce();
  }

  void greet() {
    if (greeting_.challenges) {
      says_.returned = await(Kind::kChallenge);
      says_.kind = Kind::kAnswer;
    }
    await(Kind::kWelcome);
    says_.kind = Kind::kConfirm;
    send_word(fd_, says_, greeting_);
  }

 private:
  /// The nonce of the server's word of this kind.
  Nonce await(Kind wanted) {
    for (;;) {
      send_word(fd_, says_, greeting_);
      std::uint64_t now_ns = monotonic_raw_ns();
      // Whatever else comes has nothing sent any sooner.
      for (const std::uint64_t until_ns = now_ns + kResendNs; now_ns < until_ns;
           now_ns = monotonic_raw_ns()) {
        if (!deadline_.wait_within(fd_, POLLIN, until_ns - now_ns, "connect")) continue;
        const auto word = receive_word(fd_, greeting_);
        if (word && word->kind == wanted && word->returned == says_.own) return word->own;
      }
    }
  }

  int fd_;
  const DatagramGreeting& greeting_;
  const Deadline& deadline_;
  Word says_{Kind::kHello};
};

}  // namespace

void greet_server(int fd, const DatagramGreeting& greeting, const Deadline& deadline) {
  const RouterNews news(fd);
  try {
    Guest(fd, greeting, deadline).greet();
  } catch (const Error& error) {
    if (error.fault().code == "CONNECT_TIMEOUT")
      throw_unreachable(ETIMEDOUT, remote_address_of(fd), "UDP");
    throw;
  }
}

DatagramDoor::DatagramDoor(const DatagramGreeting& greeting, const PeerHost& host)
    : greeting_(greeting), host_(host) {}

SocketAddress DatagramDoor::await_client(int fd, const Deadline& deadline) {
  for (;;) {
    deadline.wait(fd, POLLIN, "accept");
    Datagram bytes{};
    SocketAddress from;
    from.length = sizeof from.storage;
    const ssize_t got = ::recvfrom(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC,
                                   from.get(), &from.length);
    if (got < 0) continue;
    if (!host_.is(from) || !is_of_session(bytes, got, greeting_)) {
      ++strangers_;
      continue;
    }
    const auto word = read(bytes, got, greeting_);
    if (!word) continue;
    if (word->kind == Kind::kHello) {
      if (!greeting_.challenges) return from;
      // Another address has to show by itself that it is there.
      if (!are_same(from, challenged_)) own_ = random_nonce();
      challenged_ = from;
      const Datagram challenge = write({Kind::kChallenge, own_, word->own}, greeting_);
      ::sendto(fd, challenge.data(), static_cast<std::size_t>(got), MSG_DONTWAIT | MSG_NOSIGNAL,
               from.get(), from.length);
    } else if (word->kind == Kind::kAnswer && are_same(from, challenged_) &&
               word->returned == own_) {
      theirs_ = word->own;
      return from;
    }
  }
}

void DatagramDoor::welcome(int fd, const Deadline& deadline) {
  const Kind repeated = greeting_.challenges ? Kind::kAnswer : Kind::kHello;
  for (;;) {
    send_word(fd, {Kind::kWelcome, own_, theirs_}, greeting_);
    do {
      if (!deadline.wait_within(fd, POLLIN, kQuietNs, "accept")) return;
      const auto word = receive_word(fd, greeting_, MSG_PEEK);
      // The client goes on, so it has been welcomed: that is the transport's to read.
      if (!word) return;
      receive_word(fd, greeting_);
      if (word->returned != own_) continue;
      if (word->kind == Kind::kConfirm) return;
      if (word->kind == repeated) break;
    } while (true);
  }
}

}  // namespace xr
