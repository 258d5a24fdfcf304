#include "transport/datagram/datagram_greeting.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "transport/socket/reach.h"

namespace xr {
namespace {

enum class Kind : std::uint8_t { kHello = 1, kWelcome = 2, kConfirm = 3 };

constexpr std::array<std::uint8_t, 4> kMagic{'x', 'r', 'b', '2'};
constexpr std::size_t kDatagramGreetingBytes = kMagic.size() + 1 + 2 + kTokenBytes;
constexpr std::uint64_t kResendNs = 100 * kNsPerMs;
constexpr std::uint64_t kQuietNs = 350 * kNsPerMs;

using Datagram = std::array<std::uint8_t, kDatagramGreetingBytes + 1>;

/// One byte longer where the workload's messages are as long as a greeting.
std::size_t bytes_of(const DatagramGreeting& greeting) {
  return greeting.message_bytes == kDatagramGreetingBytes ? kDatagramGreetingBytes + 1 : kDatagramGreetingBytes;
}

Datagram write(Kind kind, const DatagramGreeting& greeting) {
  Datagram bytes{};
  auto out = std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  *out++ = static_cast<std::uint8_t>(kind);
  *out++ = static_cast<std::uint8_t>(greeting.link >> 8);
  *out++ = static_cast<std::uint8_t>(greeting.link & 0xff);
  std::copy(greeting.token.begin(), greeting.token.end(), out);
  return bytes;
}

/// What kind of greeting of this link it is, if any.
std::optional<Kind> read(const Datagram& bytes, ssize_t length, const DatagramGreeting& greeting) {
  if (length != static_cast<ssize_t>(bytes_of(greeting))) return std::nullopt;
  for (const Kind kind : {Kind::kHello, Kind::kWelcome, Kind::kConfirm}) {
    if (write(kind, greeting) == bytes) return kind;
  }
  return std::nullopt;
}

/// A network that refuses says so in an answer, which the kernel hands out at the next call.
bool is_refusal(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
         error == EACCES || error == EPERM;
}

void send_greeting(int fd, Kind kind, const DatagramGreeting& greeting) {
  const Datagram bytes = write(kind, greeting);
  if (::send(fd, bytes.data(), bytes_of(greeting), MSG_NOSIGNAL) < 0 && is_refusal(errno))
    throw_unreachable(errno, remote_address_of(fd), "UDP");
}

std::optional<Kind> receive_greeting(int fd, const DatagramGreeting& greeting, int flags = 0) {
  Datagram bytes{};
  const ssize_t got =
      ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC | flags);
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

}  // namespace

void greet_server(int fd, const DatagramGreeting& greeting, const Deadline& deadline) {
  const RouterNews news(fd);
  try {
    for (;;) {
      send_greeting(fd, Kind::kHello, greeting);
      if (!deadline.wait_within(fd, POLLIN, kResendNs, "connect")) continue;
      if (receive_greeting(fd, greeting) != Kind::kWelcome) continue;
      return send_greeting(fd, Kind::kConfirm, greeting);
    }
  } catch (const Error& error) {
    if (error.fault().code == "CONNECT_TIMEOUT")
      throw_unreachable(ETIMEDOUT, remote_address_of(fd), "UDP");
    throw;
  }
}

SocketAddress await_hello(int fd, const DatagramGreeting& greeting, const Deadline& deadline) {
  for (;;) {
    deadline.wait(fd, POLLIN, "accept");
    Datagram bytes{};
    SocketAddress from;
    from.length = sizeof from.storage;
    const ssize_t got = ::recvfrom(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC,
                                   from.get(), &from.length);
    if (read(bytes, got, greeting) == Kind::kHello) return from;
  }
}

void welcome_client(int fd, const DatagramGreeting& greeting, const Deadline& deadline) {
  for (;;) {
    send_greeting(fd, Kind::kWelcome, greeting);
    do {
      if (!deadline.wait_within(fd, POLLIN, kQuietNs, "accept")) return;
      const auto kind = receive_greeting(fd, greeting, MSG_PEEK);
      // The client goes on, so it has been welcomed: that is the transport's to read.
      if (!kind) return;
      receive_greeting(fd, greeting);
      if (kind == Kind::kConfirm) return;
      if (kind == Kind::kHello) break;
    } while (true);
  }
}

}  // namespace xr
