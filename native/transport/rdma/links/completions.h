#pragma once

#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "measure/clock.h"
#include "transport/rdma/connect/lane.h"
#include "transport/rdma/connect/wire.h"
#include "transport/rdma/links/completion_error.h"
#include "transport/wait/spin_guard.h"
#include "transport/wait/ticks.h"
#include "transport/wait/waker.h"

namespace xr {

/// What both policies share: waits until `event_fd` (a stop) or `fd` is readable, at most
/// `limit_ns`. kDue when neither came, kNothing when a signal came before that.
inline Io sleep_on(int fd, int event_fd, std::uint64_t limit_ns) noexcept {
  std::array<pollfd, 2> watched{{{event_fd, POLLIN, 0}, {fd, POLLIN, 0}}};
  const timespec limit{static_cast<time_t>(limit_ns / kNsPerSec),
                       static_cast<long>(limit_ns % kNsPerSec)};
  const int ready = ::ppoll(watched.data(), fd < 0 ? 1 : 2, &limit, nullptr);
  if (ready < 0) return errno == EINTR ? Io::kNothing : Io::kError;
  if (watched[0].revents != 0) return Io::kStopped;
  return ready == 0 ? Io::kDue : Io::kOk;
}

/// The completion queue of a lane and the way to wait for it. Takes several completions at a time
/// and gives them out one by one.
template <WaitPolicy kWait>
class Completions {
 public:
  Completions(Lane& lane, const Waker& waker)
      : queue_(lane.completions()),
        channel_(lane.channel()),
        event_fd_(waker.event_fd()),
        stop_(waker.flag()),
        verbs_(verbs()) {}
  ~Completions() {
    // A queue with events that were not acknowledged cannot be destroyed.
    if (unacknowledged_ != 0) verbs_.ack_cq_events(queue_, unacknowledged_);
  }
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  /// The next completion if there is one.
  const ibv_wc* poll() noexcept {
    if (next_ == count_) {
      const int got = ibv_poll_cq(queue_, static_cast<int>(taken_.size()), taken_.data());
      next_ = 0;
      count_ = got > 0 ? static_cast<unsigned>(got) : 0;
      if (count_ == 0) [[likely]] {
        if (got < 0) [[unlikely]]
          failed("ibv_poll_cq", -got);
        return nullptr;
      }
    }
    return &taken_[next_++];
  }

  /// One that has been taken from the queue already.
  const ibv_wc* taken() noexcept { return next_ == count_ ? nullptr : &taken_[next_++]; }

  /// The next completion, waiting for it; kStalled when none came within `limit_ns`.
  Io next(const ibv_wc*& completion, std::uint64_t limit_ns) noexcept {
    SpinGuard guard(limit_ns, stop_);
    [[maybe_unused]] std::uint64_t began_ns = 0;
    for (;;) {
      completion = poll();
      if (completion != nullptr) return Io::kOk;
      if (failure_.kind != LaneFailure::Kind::kNone) [[unlikely]]
        return Io::kError;
      if constexpr (kWait == WaitPolicy::kSpin) {
        // One look was all that was asked for.
        if (limit_ns == 0) return stop_.is_set() ? Io::kStopped : Io::kStalled;
        if (const Io io = guard.poll(); io != Io::kOk) [[unlikely]]
          return io;
      } else {
        if (const Io io = sleep(limit_ns, began_ns); io != Io::kOk) [[unlikely]]
          return io;
      }
    }
  }

  /// What to end with after a completion that failed. The first error is kept; flushed requests
  /// only follow from it and are counted.
  Io fail(const ibv_wc& completion) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    keep(completion);
    for (const ibv_wc* more = poll(); more != nullptr; more = poll()) {
      if (more->status == IBV_WC_SUCCESS) continue;
      if (failure_.status == IBV_WC_WR_FLUSH_ERR && more->status != IBV_WC_WR_FLUSH_ERR) {
        keep(*more);
      }
      failure_.flushed += more->status == IBV_WC_WR_FLUSH_ERR ? 1 : 0;
    }
    return Io::kError;
  }

  Io failed(const char* op, int errno_value) noexcept {
    failure_.kind = LaneFailure::Kind::kVerb;
    failure_.op = op;
    failure_.errno_value = errno_value;
    return stop_.is_set() ? Io::kStopped : Io::kError;
  }

  Io changed(std::uint64_t message, std::uint64_t offset) noexcept {
    failure_ = {LaneFailure::Kind::kChanged, IBV_WC_SUCCESS, 0, "verify", 0, message, 0, offset, 0};
    return Io::kError;
  }

  Io mismatch(const char* op, std::uint64_t message, std::uint64_t wanted,
              std::uint64_t got) noexcept {
    failure_ = {LaneFailure::Kind::kMismatch, IBV_WC_SUCCESS, 0, op, 0, message, wanted, got, 0};
    return Io::kError;
  }

  /// By a peer that says it has written so many messages.
  Io misled(std::uint64_t known, std::uint64_t said) noexcept {
    failure_ = {LaneFailure::Kind::kMisled, IBV_WC_SUCCESS, 0, "write", 0, known, 0, said, 0};
    return Io::kError;
  }

  const LaneFailure& failure() const noexcept { return failure_; }
  const StopFlag& stop() const noexcept { return stop_; }
  int event_fd() const noexcept { return event_fd_; }
  /// Readable once something has completed, if a wait has ended in vain; -1 of one that spins.
  int wake_fd() const noexcept { return channel_ == nullptr ? -1 : channel_->fd; }

 private:
  static constexpr unsigned kAcknowledgeAt = 64;

  void keep(const ibv_wc& completion) noexcept {
    failure_.kind = LaneFailure::Kind::kCompletion;
    failure_.status = completion.status;
    failure_.vendor_error = completion.vendor_err;
  }

  /// The first call arms the queue, so that the caller looks once more before the second sleeps:
  /// what came in between would be slept through otherwise. `began_ns` is when the caller first
  /// slept, 0 before that: an event without a completion does not start the limit anew.
  Io sleep(std::uint64_t limit_ns, std::uint64_t& began_ns) noexcept {
    if (!armed_) {
      if (const int error = ibv_req_notify_cq(queue_, 0); error != 0)
        return failed("ibv_req_notify_cq", error);
      armed_ = true;
      return Io::kOk;
    }
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (began_ns == 0) began_ns = now_ns;
    if (now_ns - began_ns > limit_ns) return Io::kStalled;
    if (sleeps_in_read(limit_ns - (now_ns - began_ns))) {
      if (stop_.is_set()) return Io::kStopped;
    } else {
      switch (const Io io = sleep_on(channel_->fd, event_fd_, limit_ns - (now_ns - began_ns))) {
        case Io::kOk: break;
        case Io::kDue: return Io::kStalled;
        case Io::kNothing: return Io::kOk;
        case Io::kError: return failed("ppoll", errno);
        default: return io;
      }
    }
    ibv_cq* queue = nullptr;
    void* context = nullptr;
    if (verbs_.get_cq_event(channel_, &queue, &context) != 0) {
      if (errno == EAGAIN || errno == EINTR) return Io::kOk;
      return failed("ibv_get_cq_event", errno);
    }
    armed_ = false;
    if (++unacknowledged_ == kAcknowledgeAt) {
      verbs_.ack_cq_events(queue_, unacknowledged_);
      unacknowledged_ = 0;
    }
    return Io::kOk;
  }

  /// Whether taking the event may be the sleep itself, one system call in place of two: ticks let
  /// it look at the clock and for a stop. A limit that is nearer than those is kept by ppoll(2).
  bool sleeps_in_read(std::uint64_t left_ns) noexcept {
    if (left_ns < 2 * Ticks::kTickNs) return false;
    if (reads_sleep_) [[likely]]
      return true;
    reads_sleep_ = ticks_.begin() && ::fcntl(channel_->fd, F_SETFL, 0) == 0;
    return reads_sleep_;
  }

  ibv_cq* queue_;
  ibv_comp_channel* channel_;
  int event_fd_;
  const StopFlag& stop_;
  const Verbs& verbs_;
  std::array<ibv_wc, 16> taken_;
  unsigned next_ = 0;
  unsigned count_ = 0;
  unsigned unacknowledged_ = 0;
  bool armed_ = false;
  bool reads_sleep_ = false;
  Ticks ticks_;
  LaneFailure failure_;
};

}  // namespace xr
