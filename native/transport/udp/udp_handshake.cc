#include "transport/udp/udp_handshake.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/units.h"

namespace xr {
namespace {

enum class Kind : std::uint8_t { kHello = 1, kWelcome = 2, kConfirm = 3 };

constexpr std::array<std::uint8_t, 4> kMagic{'x', 'r', 'b', '1'};
constexpr std::size_t kGreetingBytes = kMagic.size() + 1 + kTokenBytes;
constexpr std::uint64_t kResendNs = 100 * kNsPerMs;
constexpr std::uint64_t kQuietNs = 350 * kNsPerMs;

/// One byte longer where the workload's messages are as long as a greeting.
std::size_t greeting_bytes(std::uint64_t message_bytes) {
  return message_bytes == kGreetingBytes ? kGreetingBytes + 1 : kGreetingBytes;
}

void send_greeting(int fd, Kind kind, const Token& token, std::uint64_t message_bytes) {
  std::array<std::uint8_t, kGreetingBytes + 1> bytes{};
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  bytes[kMagic.size()] = static_cast<std::uint8_t>(kind);
  std::copy(token.begin(), token.end(), bytes.begin() + kMagic.size() + 1);
  if (::send(fd, bytes.data(), greeting_bytes(message_bytes), MSG_NOSIGNAL) < 0 &&
      errno == ECONNREFUSED) {
    throw_errno("CONNECT_REFUSED", "send");
  }
}

/// Nothing for what is no greeting of this session.
std::optional<Kind> receive_greeting(int fd, const Token& token, std::uint64_t message_bytes) {
  std::array<std::uint8_t, kGreetingBytes + 2> bytes{};
  const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0 && errno == ECONNREFUSED) throw_errno("CONNECT_REFUSED", "recv");
  if (got != static_cast<ssize_t>(greeting_bytes(message_bytes))) return std::nullopt;
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) return std::nullopt;
  if (!std::equal(token.begin(), token.end(), bytes.begin() + kMagic.size() + 1))
    return std::nullopt;
  return static_cast<Kind>(bytes[kMagic.size()]);
}

}  // namespace

void greet_server(int fd, const Token& token, std::uint64_t message_bytes,
                  const Deadline& deadline) {
  for (;;) {
    send_greeting(fd, Kind::kHello, token, message_bytes);
    if (!deadline.wait_within(fd, POLLIN, kResendNs, "connect")) continue;
    if (receive_greeting(fd, token, message_bytes) != Kind::kWelcome) continue;
    send_greeting(fd, Kind::kConfirm, token, message_bytes);
    return;
  }
}

void await_client(int fd, const Token& token, std::uint64_t message_bytes,
                  const Deadline& deadline) {
  bool welcomed = false;
  for (;;) {
    if (welcomed && !deadline.wait_within(fd, POLLIN, kQuietNs, "accept")) return;
    if (!welcomed) deadline.wait(fd, POLLIN, "accept");
    const auto kind = receive_greeting(fd, token, message_bytes);
    if (kind == Kind::kConfirm) return;
    if (kind != Kind::kHello) continue;
    send_greeting(fd, Kind::kWelcome, token, message_bytes);
    welcomed = true;
  }
}

}  // namespace xr
