#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

#include "base/units.h"

namespace xr {

/// Sleeps as long as `word` holds `expected`, at most `limit_ns`; may return sooner. Shared between
/// processes, and so without FUTEX_PRIVATE_FLAG (futex(2)).
inline void futex_sleep(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                        std::uint64_t limit_ns) noexcept {
  const timespec limit{static_cast<time_t>(limit_ns / kNsPerSec),
                       static_cast<long>(limit_ns % kNsPerSec)};
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &limit, nullptr, 0);
}

inline void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

/// Wakes who sleeps at `word`, if anybody does.
inline void wake_sleeper(std::atomic<std::uint32_t>& word) noexcept {
  if (word.load(std::memory_order_seq_cst) == 0) return;
  word.store(0, std::memory_order_seq_cst);
  futex_wake(word);
}

}  // namespace xr
