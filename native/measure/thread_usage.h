#pragma once

#include <sys/resource.h>

#include <cstdint>

#include "base/units.h"

namespace xr {

/// CPU time and context switches of the calling thread since it began (getrusage(2),
/// RUSAGE_THREAD).
struct ThreadUsage {
  std::uint64_t user_ns = 0;
  std::uint64_t system_ns = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;

  static ThreadUsage of_this_thread() noexcept {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    const auto ns = [](const timeval& time) {
      return static_cast<std::uint64_t>(time.tv_sec) * kNsPerSec +
             static_cast<std::uint64_t>(time.tv_usec) * kNsPerUs;
    };
    return {ns(usage.ru_utime), ns(usage.ru_stime), static_cast<std::uint64_t>(usage.ru_nvcsw),
            static_cast<std::uint64_t>(usage.ru_nivcsw)};
  }
};

}  // namespace xr
