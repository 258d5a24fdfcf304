#include "transport/wait/deadline.h"

#include <poll.h>

#include <algorithm>
#include <array>

#include "base/units.h"
#include "measure/clock.h"

namespace xr {

Deadline::Deadline(std::uint64_t limit_ns, const Waker& waker, bool spins)
    : end_ns_(monotonic_raw_ns() + limit_ns), waker_(waker), spins_(spins) {}

std::uint64_t Deadline::left_ns(const char* op) const {
  const std::uint64_t now_ns = monotonic_raw_ns();
  if (now_ns >= end_ns_)
    throw_fault("CONNECT_TIMEOUT", op, std::string(op) + ": the peer did not answer in time");
  return end_ns_ - now_ns;
}

void Deadline::wait(int fd, short events, const char* op) const {
  while (!wait_within(fd, events, left_ns(op), op)) {
  }
}

bool Deadline::wait_within(int fd, short events, std::uint64_t limit_ns, const char* op) const {
  const std::uint64_t left = left_ns(op);
  const std::uint64_t wait_ns = spins_ ? 0 : std::min(left, limit_ns);
  std::array<pollfd, 2> watched{{{fd, events, 0}, {waker_.event_fd(), POLLIN, 0}}};
  const timespec wait{static_cast<time_t>(wait_ns / kNsPerSec),
                      static_cast<long>(wait_ns % kNsPerSec)};
  const int ready = ::ppoll(watched.data(), watched.size(), &wait, nullptr);
  if (ready < 0 && errno != EINTR) throw_errno("SOCKET", "ppoll");
  if (waker_.flag().is_set()) throw_fault("STOPPED", op, "stopped while connecting");
  return ready > 0 && watched[0].revents != 0;
}

}  // namespace xr
