#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>

#include "base/units.h"
#include "measure/stop_flag.h"

namespace xr {

/// Holds a sender to an offered load on an absolute schedule. It sleeps until shortly before a
/// departure and spins the rest, because a sleep's timer slack would send bursts.
template <class Clock>
class Pacer {
 public:
  /// `bits_per_sec` of payload; 0 = as fast as it goes.
  Pacer(const Clock& clock, std::uint64_t bits_per_sec)
      : clock_(clock), bits_per_sec_(bits_per_sec) {}

  bool limits() const noexcept { return bits_per_sec_ != 0; }

  /// At least one; how many messages make `span_ns` of the schedule.
  std::uint64_t messages_within(std::uint64_t span_ns, std::uint64_t message_bytes) const noexcept {
    const auto bits = static_cast<unsigned __int128>(bits_per_sec_) * span_ns / kNsPerSec;
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(bits / (8 * message_bytes)));
  }

  void start(std::uint64_t now) noexcept { due_ = now; }

  /// Waits until the schedule allows the next departure. Returns the time read last.
  std::uint64_t wait(const StopFlag& stop) noexcept {
    std::uint64_t now = clock_.now();
    while (now < due_ && !stop.is_set()) {
      const std::uint64_t early_ns = clock_.to_ns(due_ - now);
      if (early_ns > kSpinNs) sleep_ns(early_ns - kSpinNs < kNapNs ? early_ns - kSpinNs : kNapNs);
      now = clock_.now();
    }
    return now;
  }

  /// Books what has just been sent. A sender that fell behind by more than 10 ms does not catch up
  /// in a burst: that part of the offered load is gone.
  void sent(std::uint64_t bytes) noexcept {
    due_ += clock_.from_ns(static_cast<std::uint64_t>(static_cast<unsigned __int128>(bytes) * 8 *
                                                      kNsPerSec / bits_per_sec_));
    const std::uint64_t now = clock_.now();
    if (now > due_ && clock_.to_ns(now - due_) > kForgiveNs) due_ = now;
  }

 private:
  static constexpr std::uint64_t kSpinNs = 60 * kNsPerUs;
  // Short enough that a stop is heeded soon, at any rate.
  static constexpr std::uint64_t kNapNs = 50 * kNsPerMs;
  static constexpr std::uint64_t kForgiveNs = 10 * kNsPerMs;

  static void sleep_ns(std::uint64_t ns) noexcept {
    const timespec pause{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
  }

  Clock clock_;
  std::uint64_t bits_per_sec_;
  std::uint64_t due_ = 0;
};

}  // namespace xr
