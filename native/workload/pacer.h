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
  /// `bits_per_sec` of payload, any fraction above zero; 0 = as fast as it goes.
  Pacer(const Clock& clock, double bits_per_sec)
      : clock_(clock),
        bits_per_sec_(bits_per_sec),
        ticks_per_byte_(bits_per_sec > 0 ? static_cast<double>(clock.from_ns(kNsPerSec)) * 8 /
                                               bits_per_sec
                                         : 0) {}

  bool limits() const noexcept { return bits_per_sec_ > 0; }

  /// At least one; how many messages make `span_ns` of the schedule.
  std::uint64_t messages_within(std::uint64_t span_ns, std::uint64_t message_bytes) const noexcept {
    const double bits = bits_per_sec_ * static_cast<double>(span_ns) / kNsPerSec;
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(bits / (8 * static_cast<double>(message_bytes))));
  }

  /// The schedule begins `ahead_bytes` into it: senders that share a rate do not send all at once.
  void start(std::uint64_t now, double ahead_bytes = 0) noexcept {
    begin_anew(now);
    booked_ticks_ = ahead_bytes * ticks_per_byte_;
    due_ = began_ + static_cast<std::uint64_t>(
                        std::min(booked_ticks_, static_cast<double>(kFurthestTicks)));
  }

  /// Waits until the schedule allows the next departure. Returns the time read last.
  std::uint64_t wait(const StopFlag& stop) noexcept {
    return wait(stop, [](std::uint64_t) {});
  }

  /// The same, with a call of `after_nap(now)` wherever it has slept and sleeps on: every 50 ms.
  template <class AfterNap>
  std::uint64_t wait(const StopFlag& stop, const AfterNap& after_nap) noexcept {
    std::uint64_t now = clock_.now();
    while (now < due_ && !stop.is_set()) {
      const std::uint64_t early_ns = clock_.to_ns(due_ - now);
      const bool is_long = early_ns > kSpinNs + kNapNs;
      if (early_ns > kSpinNs) sleep_ns(is_long ? kNapNs : early_ns - kSpinNs);
      now = clock_.now();
      if (is_long) after_nap(now);
    }
    return now;
  }

  /// Books what has just been sent. A sender that fell behind by more than 10 ms does not catch up
  /// in a burst: that part of the offered load is forgiven, and counted.
  void sent(std::uint64_t bytes) noexcept {
    booked_ticks_ += static_cast<double>(bytes) * ticks_per_byte_;
    due_ = began_ + static_cast<std::uint64_t>(
                        std::min(booked_ticks_, static_cast<double>(kFurthestTicks)));
    const std::uint64_t now = clock_.now();
    if (now <= due_ || clock_.to_ns(now - due_) <= kForgiveNs) return;
    forgiven_bytes_ += static_cast<double>(now - due_) / ticks_per_byte_;
    begin_anew(now);
  }

  /// What was due and never sent, for want of time.
  std::uint64_t forgiven_bytes() const noexcept {
    return static_cast<std::uint64_t>(forgiven_bytes_);
  }

 private:
  static constexpr std::uint64_t kSpinNs = 60 * kNsPerUs;
  // Short enough that a stop is heeded soon, at any rate.
  static constexpr std::uint64_t kNapNs = 50 * kNsPerMs;
  static constexpr std::uint64_t kForgiveNs = 10 * kNsPerMs;
  // Half of what a tick count can hold: no departure is further away.
  static constexpr std::uint64_t kFurthestTicks = std::uint64_t{1} << 62;

  /// The schedule is a sum of fractions, so that no rounding of one message moves the rate.
  void begin_anew(std::uint64_t now) noexcept {
    began_ = now;
    booked_ticks_ = 0;
    due_ = now;
  }

  static void sleep_ns(std::uint64_t ns) noexcept {
    const timespec pause{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
  }

  Clock clock_;
  double bits_per_sec_;
  double ticks_per_byte_;
  std::uint64_t began_ = 0;
  double booked_ticks_ = 0;
  std::uint64_t due_ = 0;
  double forgiven_bytes_ = 0;
};

}  // namespace xr
