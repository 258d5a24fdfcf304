#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// A sleep in the kernel that nobody ends lasts so long: then the clock is looked at, and the stop
/// flag.
inline constexpr std::uint64_t kMessageNapNs = 50 * kNsPerMs;

/// Which of several sockets has something, or room that was wanted. One is asked by itself, more of
/// them through epoll(7).
class ReadySockets {
 public:
  explicit ReadySockets(std::vector<int> fds) : fds_(std::move(fds)) {
    polled_.reserve(fds_.size());
    ready_.reserve(kMostEvents);
    if (fds_.size() == 1) return;
    epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) throw_errno("SOCKET", "epoll_create1");
    for (std::uint32_t i = 0; i < fds_.size(); ++i) {
      epoll_event event = event_of(i, false);
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fds_[i], &event) != 0)
        throw_errno("SOCKET", "epoll_ctl");
    }
  }

  std::size_t size() const noexcept { return fds_.size(); }
  int fd(std::uint32_t i) const noexcept { return fds_[i]; }
  const std::vector<std::uint32_t>& ready() const noexcept { return ready_; }
  std::vector<std::uint32_t>& ready() noexcept { return ready_; }

  void want_room(std::uint32_t i, bool wanted) noexcept {
    if (fds_.size() == 1) {
      wants_room_ = wanted;
      return;
    }
    epoll_event event = event_of(i, wanted);
    // It is registered, and takes no memory: this cannot fail.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fds_[i], &event);
  }

  /// Sleeps for at most `limit_ns`, and never longer than a nap. kDue: none of them.
  Io await(std::uint64_t limit_ns) noexcept {
    ready_.clear();
    if (fds_.size() == 1) {
      polled_.assign(1, {fds_[0], static_cast<short>(wants_room_ ? POLLIN | POLLOUT : POLLIN), 0});
      const Io io = poll_for(limit_ns);
      if (io == Io::kOk) ready_.push_back(0);
      return io;
    }
    // epoll_wait(2) counts in milliseconds; a shorter sleep is one in ppoll(2), over the epoll.
    if (limit_ns > 0 && limit_ns < kMessageNapNs) {
      polled_.assign(1, {epoll_.get(), POLLIN, 0});
      if (const Io io = poll_for(limit_ns); io != Io::kOk) return io;
      limit_ns = 0;
    }
    const int nap_ms = limit_ns == 0 ? 0 : static_cast<int>(kMessageNapNs / kNsPerMs);
    const int count = ::epoll_wait(epoll_.get(), events_.data(), kMostEvents, nap_ms);
    if (count < 0 && errno != EINTR) return failed("epoll_wait");
    for (int i = 0; i < count; ++i) ready_.push_back(events_[static_cast<std::size_t>(i)].data.u32);
    return ready_.empty() ? Io::kDue : Io::kOk;
  }

  /// Until one of them may send, whatever may be read.
  Io await_room(std::span<const std::uint32_t> sending, std::uint64_t limit_ns) noexcept {
    return await_of(sending, POLLOUT, limit_ns);
  }

  /// Until one of these may be read, whatever the others have.
  Io await_input(std::span<const std::uint32_t> of, std::uint64_t limit_ns) noexcept {
    return await_of(of, POLLIN, limit_ns);
  }

  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr int kMostEvents = 64;

  static epoll_event event_of(std::uint32_t i, bool wants_room) noexcept {
    epoll_event event{};
    event.events = wants_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u32 = i;
    return event;
  }

  Io await_of(std::span<const std::uint32_t> some, short events, std::uint64_t limit_ns) noexcept {
    polled_.clear();
    for (const std::uint32_t i : some) polled_.push_back({fds_[i], events, 0});
    return poll_for(limit_ns);
  }

  Io poll_for(std::uint64_t limit_ns) noexcept {
    const std::uint64_t ns = limit_ns < kMessageNapNs ? limit_ns : kMessageNapNs;
    const timespec limit{0, static_cast<long>(ns)};
    const int ready = ::ppoll(polled_.data(), polled_.size(), &limit, nullptr);
    if (ready < 0 && errno != EINTR) return failed("ppoll");
    return ready > 0 ? Io::kOk : Io::kDue;
  }

  Io failed(const char* op) noexcept {
    failure_ = {op, errno};
    return Io::kError;
  }

  std::vector<int> fds_;
  UniqueFd epoll_;
  std::array<epoll_event, kMostEvents> events_{};
  std::vector<pollfd> polled_;
  std::vector<std::uint32_t> ready_;
  bool wants_room_ = false;
  IoFailure failure_;
};

}  // namespace xr
