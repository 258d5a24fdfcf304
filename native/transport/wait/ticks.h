#pragma once

#include <csignal>
#include <cstdint>

#include "base/units.h"

namespace xr {

/// A signal to one thread every 50 ms that does nothing but end the system call in which the thread
/// sleeps, with EINTR: for a call that knows no limit and that a stop does not wake. It comes again
/// and again, so that one that comes before the thread has fallen asleep loses nothing.
class Ticks {
 public:
  static constexpr std::uint64_t kTickNs = 50 * kNsPerMs;
  static constexpr int kOverMin = 6;
  /// Which; of the real-time signals, whose lowest is known at run time only.
  static int signal_number() noexcept { return SIGRTMIN + kOverMin; }

  Ticks() = default;
  /// Ends them, on the thread that began them.
  ~Ticks();
  Ticks(const Ticks&) = delete;
  Ticks& operator=(const Ticks&) = delete;

  /// Begins them for the calling thread, unless it has. False where there are none: the process
  /// has another use for the signal, or may have no more timers (RLIMIT_SIGPENDING). Asked once.
  bool begin() noexcept {
    if (state_ == State::kNew) [[unlikely]]
      state_ = start() ? State::kTicking : State::kRefused;
    return state_ == State::kTicking;
  }

 private:
  enum class State : std::uint8_t { kNew, kTicking, kRefused };

  bool start() noexcept;

  State state_ = State::kNew;
  int timer_ = 0;
  sigset_t mask_before_{};
};

}  // namespace xr
