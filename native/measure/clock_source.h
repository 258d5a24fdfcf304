#pragma once

#include "measure/clock.h"

namespace xr {

enum class ClockSource { kCounter, kMonotonicRaw };

struct ClockQuality {
  double reading_cost_ns = 0;
  double resolution_ns = 0;
};

/// The counter only where the kernel itself keeps time by it and the CPU promises that it is
/// constant and does not stop (/sys/devices/system/clocksource, /proc/cpuinfo flags constant_tsc
/// nonstop_tsc); otherwise CLOCK_MONOTONIC_RAW.
ClockSource choose_clock_source();

/// Sleeps until `origin` is old enough for a slope, 20 ms.
void wait_for_slope(const ClockPair& origin) noexcept;

/// Median cost and smallest visible step of the given clock; takes about 1 ms.
ClockQuality measure_clock(ClockSource source, const ClockPair& origin) noexcept;

}  // namespace xr
