#pragma once

#include <cstdint>

namespace xr {

/// Time that all CPUs together have spent in soft interrupts since boot, ns, or -1 when /proc/stat
/// cannot be read (proc(5)). Its step is the kernel's clock tick, usually 10 ms.
std::int64_t softirq_total_ns() noexcept;

}  // namespace xr
