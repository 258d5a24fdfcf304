#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "measure/histogram.h"
#include "measure/mark.h"

namespace xr {

/// Marks at regular times in fixed memory, with a snapshot of the histogram beside each where there
/// is one. When all 64 intervals are used, every second mark goes and intervals become twice as
/// long: since marks are cumulative, nothing is lost by it.
class MarkSeries {
 public:
  static constexpr std::size_t kMaxIntervals = 64;

  /// `with_snapshots` reserves and touches about 14 MB, so that no page fault falls into the
  /// measurement.
  explicit MarkSeries(bool with_snapshots) {
    marks_.reserve(kMaxIntervals + 2);
    stretches_.reserve(kMaxIntervals + 2);
    if (with_snapshots) snapshots_.assign(kMaxIntervals + 2, Snapshot(hdr::kCountsLength));
  }

  /// Adds the first mark or the end of an interval. Call `halve_if_full` afterwards, except after
  /// the last.
  void add(const Mark& mark, Histogram* histogram) noexcept {
    if (!snapshots_.empty() && histogram != nullptr) {
      const Extremes stretch = histogram->cut_stretch();
      reach_.include(stretch);
      stretches_.push_back(stretch);
      snapshots_[marks_.size()].take(*histogram, reach_);
    }
    marks_.push_back(mark);
  }

  /// Begins anew: what was marked so far counts no more.
  void clear() noexcept {
    marks_.clear();
    stretches_.clear();
  }

  /// True when intervals have become twice as long.
  bool halve_if_full() noexcept {
    if (marks_.size() <= kMaxIntervals) return false;
    const std::size_t kept = (marks_.size() + 1) / 2;
    for (std::size_t i = 1; i < kept; ++i) {
      marks_[i] = marks_[2 * i];
      if (stretches_.empty()) continue;
      stretches_[i] = stretches_[2 * i - 1];
      stretches_[i].include(stretches_[2 * i]);
      std::swap(snapshots_[i], snapshots_[2 * i]);
    }
    marks_.resize(kept);
    if (!stretches_.empty()) stretches_.resize(kept);
    return true;
  }

  struct Snapshot {
    explicit Snapshot(std::size_t length) : counts(length, 0) {}
    std::vector<std::uint64_t> counts;
    Totals totals;

    /// Only buckets that any sample has reached can differ from zero.
    void take(const Histogram& histogram, const Extremes& reach) noexcept {
      totals = histogram.totals();
      if (reach.min_ns > reach.max_ns) return;
      const auto clamp = [](std::uint64_t ns) { return std::min(ns, hdr::kHighestTrackable); };
      const auto first = static_cast<std::ptrdiff_t>(hdr::index_of(clamp(reach.min_ns)));
      const auto last = static_cast<std::ptrdiff_t>(hdr::index_of(clamp(reach.max_ns))) + 1;
      std::copy(histogram.counts().begin() + first, histogram.counts().begin() + last,
                counts.begin() + first);
    }
  };

  const std::vector<Mark>& marks() const noexcept { return marks_; }
  /// Parallel to `marks()`; empty without a histogram. `stretches()[i]` ends at `marks()[i]`.
  const std::vector<Extremes>& stretches() const noexcept { return stretches_; }
  const std::vector<Snapshot>& snapshots() const noexcept { return snapshots_; }

 private:
  std::vector<Mark> marks_;
  std::vector<Extremes> stretches_;
  std::vector<Snapshot> snapshots_;
  Extremes reach_;
};

}  // namespace xr
