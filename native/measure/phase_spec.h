#pragma once

#include <cstdint>

#include "base/units.h"

namespace xr {

/// How long to warm up and to measure; zero means "not by this".
struct PhaseSpec {
  std::uint64_t warmup_cap_ns = 0;
  std::uint64_t duration_ns = 0;
  /// Of each connection; all of an end share in their sum.
  std::uint64_t iterations = 0;
  std::uint64_t interval_ns = kNsPerSec;
};

}  // namespace xr
