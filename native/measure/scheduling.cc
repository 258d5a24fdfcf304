#include "measure/scheduling.h"

#include <sched.h>
#include <time.h>

#include <array>
#include <cinttypes>
#include <cstdio>

#include "base/units.h"
#include "measure/small_file.h"

namespace xr {

std::optional<Scheduling> Scheduling::of_this_thread() noexcept {
  std::array<char, 128> text;
  if (read_small_file("/proc/thread-self/schedstat", text.data(), text.size()) == 0) return {};
  Scheduling now;
  std::uint64_t turns = 0;
  if (std::sscanf(text.data(), "%" SCNu64 " %" SCNu64 " %" SCNu64, &now.on_cpu_ns,
                  &now.run_delay_ns, &turns) != 3)
    return {};
  // A kernel without the account says 0 of everything; of a thread that has only just begun its
  // times may be 0, but it is in its first turn.
  if (turns == 0) return {};
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  now.time_ns = static_cast<std::uint64_t>(time.tv_sec) * kNsPerSec +
                static_cast<std::uint64_t>(time.tv_nsec);
  return now;
}

std::optional<SchedulingShare> scheduling_between(const std::optional<Scheduling>& begin,
                                                  const std::optional<Scheduling>& end) noexcept {
  if (!begin || !end || end->time_ns <= begin->time_ns) return {};
  if (end->on_cpu_ns < begin->on_cpu_ns || end->run_delay_ns < begin->run_delay_ns) return {};
  return SchedulingShare{end->time_ns - begin->time_ns, end->on_cpu_ns - begin->on_cpu_ns,
                         end->run_delay_ns - begin->run_delay_ns};
}

std::optional<std::uint64_t> frequency_of_this_cpu_khz() noexcept {
  const int cpu = sched_getcpu();
  if (cpu < 0) return {};
  std::array<char, 96> path;
  std::snprintf(path.data(), path.size(), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq",
                cpu);
  std::array<char, 32> text;
  if (read_small_file(path.data(), text.data(), text.size()) == 0) return {};
  std::uint64_t khz = 0;
  if (std::sscanf(text.data(), "%" SCNu64, &khz) != 1 || khz == 0) return {};
  return khz;
}

}  // namespace xr
