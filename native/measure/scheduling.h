#pragma once

#include <cstdint>
#include <optional>

namespace xr {

/// How the scheduler treated the calling thread since it began, and when that was read.
/// /proc/thread-self/schedstat (Documentation/scheduler/sched-stats.rst): some 5 us a reading, so
/// it belongs right before what is measured and right after it.
struct Scheduling {
  /// CLOCK_MONOTONIC, ns.
  std::uint64_t time_ns = 0;
  std::uint64_t on_cpu_ns = 0;
  /// Ready to run, and waiting for a CPU.
  std::uint64_t run_delay_ns = 0;

  /// Empty where the kernel keeps no such account.
  static std::optional<Scheduling> of_this_thread() noexcept;
};

/// The difference of two readings of one thread; mirrors `Scheduling` in src/addon/outcome.ts.
struct SchedulingShare {
  std::uint64_t wall_ns = 0;
  std::uint64_t on_cpu_ns = 0;
  std::uint64_t run_delay_ns = 0;
};

/// Empty where one of them is, or they are of different threads.
std::optional<SchedulingShare> scheduling_between(const std::optional<Scheduling>& begin,
                                                  const std::optional<Scheduling>& end) noexcept;

/// Frequency of the CPU that the calling thread is on, kHz, as cpufreq knows it (scaling_cur_freq);
/// empty where it does not, as in most virtual machines.
std::optional<std::uint64_t> frequency_of_this_cpu_khz() noexcept;

}  // namespace xr
