#pragma once

#include <cstdint>

#include "measure/clock.h"

// For tests.

namespace xr::test {

/// How many times as long as `limit_ns` the call took. What ends by a limit takes one at least,
/// less what two clocks differ by (`kOneLimit`); a hundred is no slow machine any more, but another
/// unit.
template <class Call>
double took_limits(std::uint64_t limit_ns, const Call& call) {
  const std::uint64_t began_ns = monotonic_raw_ns();
  call();
  return static_cast<double>(monotonic_raw_ns() - began_ns) / static_cast<double>(limit_ns);
}

inline constexpr double kOneLimit = 0.9;
inline constexpr double kTooManyLimits = 100;

}  // namespace xr::test
