#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "measure/hdr_layout.h"

namespace xr {

/// Exact extremes and sum of a stretch of samples.
struct Extremes {
  std::uint64_t min_ns = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ns = 0;

  void include(const Extremes& other) noexcept {
    min_ns = std::min(min_ns, other.min_ns);
    max_ns = std::max(max_ns, other.max_ns);
  }
};

/// What was counted so far, apart from the buckets.
struct Totals {
  std::uint64_t count = 0;
  std::uint64_t overflow = 0;
  std::uint64_t sum_ns = 0;
};

/// Cumulative counts in fixed memory. Nothing is ever reset but the extremes of the current
/// stretch: phases and intervals are differences of two snapshots. One writer.
class Histogram {
 public:
  Histogram() : counts_(hdr::kCountsLength, 0) {}

  void record(std::uint64_t value_ns) noexcept {
    totals_.count += 1;
    totals_.sum_ns += value_ns;
    stretch_.min_ns = std::min(stretch_.min_ns, value_ns);
    stretch_.max_ns = std::max(stretch_.max_ns, value_ns);
    if (value_ns > hdr::kHighestTrackable) [[unlikely]] {
      totals_.overflow += 1;
    } else {
      counts_[hdr::index_of(value_ns)] += 1;
    }
  }

  /// Ends the current stretch, hands over its extremes and begins the next one.
  Extremes cut_stretch() noexcept {
    const Extremes ended = stretch_;
    stretch_ = Extremes{};
    return ended;
  }

  const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }
  const Totals& totals() const noexcept { return totals_; }

 private:
  std::vector<std::uint64_t> counts_;
  Totals totals_;
  Extremes stretch_;
};

}  // namespace xr
