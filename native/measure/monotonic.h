#pragma once

#include <time.h>

#include <cstdint>
#include <limits>

#include "base/units.h"

namespace xr {

/// CLOCK_MONOTONIC, ns: what process.hrtime() of Node.js reads, and slewed by NTP.
inline std::uint64_t monotonic_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSec +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// One instant on CLOCK_MONOTONIC and on the measuring clock.
struct MonotonicPair {
  std::uint64_t ticks = 0;
  std::uint64_t monotonic_ns = 0;
};

/// Of several tries the one in which the readings lay closest together.
template <class Clock>
MonotonicPair read_monotonic_pair() noexcept {
  MonotonicPair best;
  std::uint64_t best_gap = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = Clock::now();
    const std::uint64_t ns = monotonic_ns();
    const std::uint64_t after = Clock::now();
    if (after - before >= best_gap) continue;
    best_gap = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

}  // namespace xr
