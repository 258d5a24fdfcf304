#include "transport/wait/deadline.h"

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
  std::array<pollfd, kOwnEntries + 1> watched{{{}, {fd, events, 0}}};
  return wait_within(watched, limit_ns, op);
}

bool Deadline::wait_within(std::span<pollfd> watched, std::uint64_t limit_ns,
                           const char* op) const {
  const std::uint64_t left = left_ns(op);
  const std::uint64_t wait_ns = spins_ ? 0 : std::min(left, limit_ns);
  watched[0] = {waker_.event_fd(), POLLIN, 0};
  const timespec wait{static_cast<time_t>(wait_ns / kNsPerSec),
                      static_cast<long>(wait_ns % kNsPerSec)};
  const int ready = ::ppoll(watched.data(), watched.size(), &wait, nullptr);
  if (ready < 0) {
    if (errno != EINTR) throw_errno("SOCKET", "ppoll");
    // What it saw is not told then.
    for (pollfd& entry : watched) entry.revents = 0;
  }
  if (waker_.flag().is_set()) throw_fault("STOPPED", op, "stopped while connecting");
  return ready > 0 && std::any_of(watched.begin() + kOwnEntries, watched.end(),
                                  [](const pollfd& entry) { return entry.revents != 0; });
}

}  // namespace xr
