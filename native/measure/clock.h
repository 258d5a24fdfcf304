#pragma once

#include <time.h>

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "base/units.h"

namespace xr {

/// CLOCK_MONOTONIC_RAW, ns: not slewed by NTP (clock_gettime(2)).
inline std::uint64_t monotonic_raw_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSec +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// The CPU's own counter: the TSC on x86-64, CNTVCT_EL0 on AArch64.
inline std::uint64_t read_counter() noexcept {
#if defined(__x86_64__)
  // RDTSCP waits until earlier instructions have executed; LFENCE keeps later ones from starting
  // before it (Intel SDM vol. 2, RDTSCP).
  unsigned aux = 0;
  const std::uint64_t ticks = __rdtscp(&aux);
  _mm_lfence();
  return ticks;
#elif defined(__aarch64__)
  std::uint64_t ticks = 0;
  asm volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks)::"memory");
  return ticks;
#else
  return monotonic_raw_ns();
#endif
}

/// One instant read on both clocks at once, so that two of them give a slope.
struct ClockPair {
  std::uint64_t ticks = 0;
  std::uint64_t raw_ns = 0;
};

/// Of several tries the one in which the two readings lay closest together.
ClockPair read_clock_pair() noexcept;

/// Reads CLOCK_MONOTONIC_RAW; a tick is a nanosecond.
class RawClock {
 public:
  static std::uint64_t now() noexcept { return monotonic_raw_ns(); }
  std::uint64_t to_ns(std::uint64_t ticks) const noexcept { return ticks; }
  std::uint64_t from_ns(std::uint64_t ns) const noexcept { return ns; }
  void refine() noexcept {}
  std::uint64_t slope() const noexcept { return std::uint64_t{1} << 32; }
  void take_slope(std::uint64_t) noexcept {}
};

/// Reads the counter. Ticks become nanoseconds by the slope against CLOCK_MONOTONIC_RAW since
/// `origin`, kept as a fixed-point number with 32 fractional bits. Each thread has a copy of its
/// own.
class CounterClock {
 public:
  /// `origin` should lie 20 ms or more in the past: then the slope is good to a few parts per
  /// million.
  explicit CounterClock(const ClockPair& origin) noexcept : origin_(origin) { refine(); }

  static std::uint64_t now() noexcept { return read_counter(); }
  std::uint64_t to_ns(std::uint64_t ticks) const noexcept {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(ticks) * ns_per_tick_q32_) >>
                                      32);
  }
  std::uint64_t from_ns(std::uint64_t ns) const noexcept {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(ns) << 32) /
                                      ns_per_tick_q32_);
  }

  /// Takes the slope anew, over all the time since `origin`. Called once, where warm-up ends.
  void refine() noexcept { ns_per_tick_q32_ = slope_since_origin(); }

  /// Nanoseconds per tick, with 32 fractional bits.
  std::uint64_t slope() const noexcept { return ns_per_tick_q32_; }
  /// Uses that of another clock of the same counter.
  void take_slope(std::uint64_t ns_per_tick_q32) noexcept { ns_per_tick_q32_ = ns_per_tick_q32; }

  /// How far the slope in use is off the one since `origin`, parts per million.
  double drift_ppm() const noexcept {
    const auto now = static_cast<double>(slope_since_origin());
    return (static_cast<double>(ns_per_tick_q32_) / now - 1.0) * 1e6;
  }

 private:
  std::uint64_t slope_since_origin() const noexcept {
    const ClockPair now = read_clock_pair();
    const std::uint64_t ticks = now.ticks - origin_.ticks;
    if (ticks == 0) return std::uint64_t{1} << 32;
    const auto ns_q32 = static_cast<unsigned __int128>(now.raw_ns - origin_.raw_ns) << 32;
    return static_cast<std::uint64_t>(ns_q32 / ticks);
  }

  ClockPair origin_;
  std::uint64_t ns_per_tick_q32_ = 0;
};

}  // namespace xr
