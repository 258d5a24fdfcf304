#pragma once

#include <cstdint>

#include "base/units.h"

namespace xr {

/// How often a loop of small messages reads the clock: a reading costs as much as a per cent of a
/// fast round trip, so that many messages share one, and none where they are few.
class ClockRation {
 public:
  explicit ClockRation(std::uint64_t most_shared) noexcept : mask_(0), most_(most_shared) {}

  bool is_due(std::uint64_t count) const noexcept { return (count & mask_) == 0; }
  /// `ns` have gone by since the reading before.
  void read(std::uint64_t ns) noexcept { mask_ = ns / (mask_ + 1) < kFastNs ? most_ : 0; }

 private:
  static constexpr std::uint64_t kFastNs = 20 * kNsPerUs;
  std::uint64_t mask_;
  std::uint64_t most_;
};

}  // namespace xr
