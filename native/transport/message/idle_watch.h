#pragma once

#include <cstdint>

#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// For how long nothing at all has come, of those who wait without a limit of their own.
class IdleWatch {
 public:
  IdleWatch(std::uint64_t limit_ns, const StopFlag& stop) : limit_ns_(limit_ns), stop_(stop) {}

  void heard() noexcept { since_ns_ = 0; }

  /// What a wait of `wait_ns` that brought nothing ends with.
  Io due(std::uint64_t wait_ns) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    if (wait_ns != kNoLimit) return Io::kDue;
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (since_ns_ == 0) since_ns_ = now_ns;
    return now_ns - since_ns_ > limit_ns_ ? Io::kStalled : Io::kDue;
  }

 private:
  std::uint64_t limit_ns_;
  const StopFlag& stop_;
  std::uint64_t since_ns_ = 0;
};

}  // namespace xr
