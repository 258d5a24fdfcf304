#include "transport/outcome.h"

namespace xr {

SparseHistogram subtract(const MarkSeries::Snapshot& from, const MarkSeries::Snapshot& to,
                         const Extremes& extremes) {
  SparseHistogram difference;
  difference.totals = {to.totals.count - from.totals.count,
                       to.totals.overflow - from.totals.overflow,
                       to.totals.sum_ns - from.totals.sum_ns};
  difference.extremes = extremes;
  for (std::size_t i = 0; i < to.counts.size(); ++i) {
    const std::uint64_t count = to.counts[i] - from.counts[i];
    if (count == 0) continue;
    difference.indices.push_back(static_cast<std::int32_t>(i));
    difference.counts.push_back(static_cast<double>(count));
  }
  return difference;
}

}  // namespace xr
