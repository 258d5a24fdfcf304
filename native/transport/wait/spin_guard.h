#pragma once

#include <algorithm>
#include <cstdint>

#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "workload/io.h"

namespace xr {

/// Keeps a polling loop from going on for ever: every 256 polls in vain it looks at the stop flag
/// and at the time. Until then it costs one increment.
class SpinGuard {
 public:
  SpinGuard(std::uint64_t limit_ns, const StopFlag& stop) noexcept
      : limit_ns_(limit_ns), stop_(stop) {}

  /// After a poll that found nothing: kOk = poll again.
  Io poll() noexcept {
    if ((++polls_ & 255) != 0) [[likely]]
      return Io::kOk;
    return look();
  }

  /// Looks at once: after one that may have slept.
  Io look() noexcept {
    if (stop_.is_set()) return Io::kStopped;
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (began_ns_ == 0) began_ns_ = now_ns;
    return now_ns - began_ns_ > limit_ns_ ? Io::kStalled : Io::kOk;
  }

  /// Of the limit, after a look.
  std::uint64_t left_ns() const noexcept {
    return limit_ns_ - std::min(limit_ns_, monotonic_raw_ns() - began_ns_);
  }

  void progressed() noexcept { began_ns_ = 0; }

 private:
  std::uint64_t limit_ns_;
  const StopFlag& stop_;
  std::uint64_t polls_ = 0;
  std::uint64_t began_ns_ = 0;
};

}  // namespace xr
