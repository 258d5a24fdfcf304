#include "transport/socket/greeting_acceptor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "measure/clock.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

unsigned link_of(const Greeting& greeting) noexcept {
  return static_cast<unsigned>(greeting[kTokenBytes]) << 8 | greeting[kTokenBytes + 1];
}

/// A client greets as soon as it is connected.
constexpr std::uint64_t kSoonNs = kNsPerSec;

/// Anything else that accept(2) says is about a connection that has gone again.
bool is_out_of_resources(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Greeting greeting_for(const Token& token, unsigned link) noexcept {
  Greeting greeting{};
  std::copy(token.begin(), token.end(), greeting.begin());
  greeting[kTokenBytes] = static_cast<std::uint8_t>(link >> 8);
  greeting[kTokenBytes + 1] = static_cast<std::uint8_t>(link & 0xff);
  return greeting;
}

void send_greeting(int fd, const Token& token, unsigned link, int flags) {
  const Greeting greeting = greeting_for(token, link);
  if (::send(fd, greeting.data(), greeting.size(), MSG_NOSIGNAL | flags) !=
      static_cast<ssize_t>(greeting.size())) {
    throw_errno("CONNECT_REFUSED", "send");
  }
}

void take_welcome(int fd) {
  std::uint8_t answer = 0;
  if (::recv(fd, &answer, 1, 0) != 1 || answer != kWelcome) {
    throw_fault("CONNECT_REFUSED", "connect",
                "connect: the peer closed the connection before it was set up");
  }
  make_blocking(fd);
}

/// Whether it is there still.
bool GreetingAcceptor::welcome(int fd) {
  if (::send(fd, &kWelcome, 1, MSG_NOSIGNAL) != 1) return false;
  make_blocking(fd);
  return true;
}

GreetingAcceptor::GreetingAcceptor(UniqueFd listener, const Token& token, unsigned links,
                                   std::uint64_t greeting_limit_ns, const PeerHost& host) noexcept
    : listener_(std::move(listener)),
      token_(token),
      links_(links),
      greeting_limit_ns_(greeting_limit_ns),
      host_(host) {}

Greeted GreetingAcceptor::next(const Deadline& deadline) {
  for (;;) {
    Watched watched;
    wait(watched, deadline);
    if (Greeted greeted = read_pending(watched); greeted.fd) return greeted;
    if (watched[kListener].revents == 0) continue;
    if (Greeted greeted = accept_new(); greeted.fd) return greeted;
  }
}

void GreetingAcceptor::close() noexcept {
  while (count_ > 0) turn_away(count_ - 1);
  listener_.reset();
}

std::uint64_t GreetingAcceptor::strangers() const noexcept {
  const std::uint64_t now_ns = monotonic_raw_ns();
  const auto late = std::count_if(pending_.begin(), pending_.begin() + count_,
                                  [&](auto& one) { return is_late(one, now_ns); });
  return strangers_ + static_cast<std::uint64_t>(late);
}

/// Until somebody comes or says something, or the oldest has had its time.
void GreetingAcceptor::wait(Watched& watched, const Deadline& deadline) {
  const std::uint64_t now_ns = monotonic_raw_ns();
  drop_expired(now_ns);
  watched[kListener] = {listener_.get(), POLLIN, 0};
  for (std::size_t i = 0; i < count_; ++i)
    watched[kFirstPending + i] = {pending_[i].fd.get(), POLLIN, 0};
  const std::uint64_t limit_ns = count_ == 0 ? ~std::uint64_t{0} : pending_[0].until_ns - now_ns;
  deadline.wait_within(std::span(watched).first(kFirstPending + count_), limit_ns, "accept");
}

Greeted GreetingAcceptor::read_pending(const Watched& watched) noexcept {
  // From the last: to drop one moves those behind it.
  for (std::size_t i = count_; i-- > 0;) {
    if (watched[kFirstPending + i].revents == 0) continue;
    const Reading reading = read_greeting(pending_[i]);
    if (reading == Reading::kNotYet) continue;
    if (reading != Reading::kGreeted) {
      strangers_ += reading == Reading::kStranger;
      drop(i);
      continue;
    }
    Greeted read{std::move(pending_[i].fd), link_of(pending_[i].greeting)};
    drop(i);
    return read;
  }
  return {};
}

/// Most have sent their greeting by the time they are accepted.
Greeted GreetingAcceptor::accept_new() {
  for (std::size_t i = 0; i < kMostPending; ++i) {
    Pending connection;
    SocketAddress from;
    connection.fd = accept_one(from);
    if (!connection.fd) break;
    const Reading reading =
        host_.is(from) ? read_greeting(connection) : Reading::kStranger;
    if (reading == Reading::kGreeted)
      return {std::move(connection.fd), link_of(connection.greeting)};
    if (reading != Reading::kNotYet) {
      strangers_ += reading == Reading::kStranger;
      continue;
    }
    if (count_ == kMostPending) evict_one();
    connection.until_ns = monotonic_raw_ns() + greeting_limit_ns_;
    pending_[count_++] = std::move(connection);
  }
  return {};
}

UniqueFd GreetingAcceptor::accept_one(SocketAddress& from) {
  for (;;) {
    from.length = sizeof from.storage;
    UniqueFd fd(
        ::accept4(listener_.get(), from.get(), &from.length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) return fd;
    const int error = errno;
    if (!is_out_of_resources(error)) return fd;
    // One that came just now may be the client's: without it the path would be blamed.
    if (!evict_late()) throw_errno("SOCKET", "accept4", error);
  }
}

GreetingAcceptor::Reading GreetingAcceptor::read_greeting(Pending& connection) const noexcept {
  Greeting& greeting = connection.greeting;
  const ssize_t got = ::recv(connection.fd.get(), greeting.data() + connection.bytes,
                             greeting.size() - connection.bytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Reading::kNotYet;
  if (got <= 0) return connection.bytes == 0 ? Reading::kGone : Reading::kStranger;
  connection.bytes += static_cast<std::size_t>(got);
  const std::size_t shown = std::min(connection.bytes, token_.size());
  if (!std::equal(token_.data(), token_.data() + shown, greeting.data())) return Reading::kStranger;
  if (connection.bytes < greeting.size()) return Reading::kNotYet;
  return link_of(greeting) < links_ ? Reading::kGreeted : Reading::kStranger;
}

/// So late that it is none of the client's.
bool GreetingAcceptor::is_late(const Pending& connection, std::uint64_t now_ns) const noexcept {
  return connection.until_ns - greeting_limit_ns_ + kSoonNs <= now_ns;
}

void GreetingAcceptor::drop(std::size_t at) noexcept {
  std::move(pending_.data() + at + 1, pending_.data() + count_, pending_.data() + at);
  pending_[--count_] = Pending{};
}

void GreetingAcceptor::turn_away(std::size_t at) noexcept {
  ++strangers_;
  drop(at);
}

void GreetingAcceptor::drop_expired(std::uint64_t now_ns) noexcept {
  while (count_ > 0 && pending_[0].until_ns <= now_ns) turn_away(0);
}

bool GreetingAcceptor::evict_late() noexcept {
  if (count_ == 0 || !is_late(pending_[0], monotonic_raw_ns())) return false;
  turn_away(0);
  return true;
}

/// The oldest that has said nothing; else the oldest: half a greeting is half of the token.
void GreetingAcceptor::evict_one() noexcept {
  std::size_t at = 0;
  while (at < count_ && pending_[at].bytes > 0) ++at;
  turn_away(at < count_ ? at : 0);
}

}  // namespace xr
