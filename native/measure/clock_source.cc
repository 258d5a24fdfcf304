#include "measure/clock_source.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <string>

#include "base/units.h"

namespace xr {
namespace {

constexpr std::uint64_t kSlopeBaseNs = 20 * kNsPerMs;

bool kernel_keeps_time_by(const char* name) {
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string current;
  return static_cast<bool>(file >> current) && current == name;
}

#if defined(__x86_64__)
bool cpu_counter_is_invariant() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    const std::string padded = line + ' ';
    return padded.find(" constant_tsc ") != std::string::npos &&
           padded.find(" nonstop_tsc ") != std::string::npos &&
           padded.find(" rdtscp ") != std::string::npos;
  }
  return false;
}
#endif

template <class Clock>
ClockQuality measure(const Clock& clock) noexcept {
  constexpr int kReadings = 64;
  std::array<std::uint64_t, 101> batches{};
  std::uint64_t step = std::numeric_limits<std::uint64_t>::max();
  for (auto& batch : batches) {
    const std::uint64_t start = clock.now();
    std::uint64_t last = start;
    for (int i = 0; i < kReadings; ++i) {
      const std::uint64_t now = clock.now();
      if (now > last) step = std::min(step, now - last);
      last = now;
    }
    batch = last - start;
  }
  std::nth_element(batches.begin(), batches.begin() + batches.size() / 2, batches.end());
  ClockQuality quality;
  quality.reading_cost_ns =
      static_cast<double>(clock.to_ns(batches[batches.size() / 2] * 1024)) / 1024.0 / kReadings;
  quality.resolution_ns = static_cast<double>(clock.to_ns(step * 1024)) / 1024.0;
  return quality;
}

}  // namespace

ClockSource choose_clock_source() {
#if defined(__x86_64__)
  static const bool usable = kernel_keeps_time_by("tsc") && cpu_counter_is_invariant();
  return usable ? ClockSource::kCounter : ClockSource::kMonotonicRaw;
#elif defined(__aarch64__)
  static const bool usable = kernel_keeps_time_by("arch_sys_counter");
  return usable ? ClockSource::kCounter : ClockSource::kMonotonicRaw;
#else
  return ClockSource::kMonotonicRaw;
#endif
}

ClockPair read_clock_pair() noexcept {
  ClockPair best;
  std::uint64_t best_gap = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = read_counter();
    const std::uint64_t raw_ns = monotonic_raw_ns();
    const std::uint64_t after = read_counter();
    if (after - before < best_gap) {
      best_gap = after - before;
      best = {before + (after - before) / 2, raw_ns};
    }
  }
  return best;
}

void wait_for_slope(const ClockPair& origin) noexcept {
  const std::uint64_t age_ns = monotonic_raw_ns() - origin.raw_ns;
  if (age_ns >= kSlopeBaseNs) return;
  const timespec pause{0, static_cast<long>(kSlopeBaseNs - age_ns)};
  nanosleep(&pause, nullptr);
}

ClockQuality measure_clock(ClockSource source, const ClockPair& origin) noexcept {
  return source == ClockSource::kMonotonicRaw ? measure(RawClock{}) : measure(CounterClock{origin});
}

}  // namespace xr
