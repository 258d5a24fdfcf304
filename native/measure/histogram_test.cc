#include "measure/histogram.h"

#include <random>

#include "measure/mark_series.h"
#include "test/test.h"
#include "transport/outcome.h"

namespace {

using xr::Histogram;
using xr::MarkSeries;

/// The documented meaning of the layout: three significant digits, so that a bucket is never wider
/// than a thousandth of its values.
std::uint64_t bucket_width(std::uint64_t value) {
  std::uint64_t width = 1;
  while (value / width >= xr::hdr::kSubBucketCount) width *= 2;
  return width;
}

TEST("histogram: every bucket edge has an index of its own, in order") {
  unsigned expected = 0;
  for (std::uint64_t value = 0; value <= xr::hdr::kHighestTrackable; value += bucket_width(value)) {
    CHECK_EQ(xr::hdr::index_of(value), expected);
    CHECK_EQ(xr::hdr::index_of(value + bucket_width(value) - 1), expected);
    ++expected;
  }
  CHECK_EQ(expected, xr::hdr::kCountsLength);
}

TEST("histogram: what is above the range is overflow, and still in count, sum and maximum") {
  Histogram histogram;
  histogram.record(xr::hdr::kHighestTrackable);
  histogram.record(xr::hdr::kHighestTrackable + 1);
  CHECK_EQ(histogram.totals().count, 2u);
  CHECK_EQ(histogram.totals().overflow, 1u);
  CHECK_EQ(histogram.totals().sum_ns, 2 * xr::hdr::kHighestTrackable + 1);
  CHECK_EQ(histogram.cut_stretch().max_ns, xr::hdr::kHighestTrackable + 1);
}

TEST("histogram: an interval's extremes are its own") {
  Histogram histogram;
  histogram.record(5);
  histogram.record(900);
  const xr::Extremes first = histogram.cut_stretch();
  histogram.record(40);
  const xr::Extremes second = histogram.cut_stretch();
  CHECK_EQ(first.min_ns, 5u);
  CHECK_EQ(first.max_ns, 900u);
  CHECK_EQ(second.min_ns, 40u);
  CHECK_EQ(second.max_ns, 40u);
}

TEST("mark series: intervals add up to the total, also after halving many times") {
  std::mt19937_64 random(7);
  Histogram histogram;
  MarkSeries series(true);
  std::uint64_t messages = 0;
  const auto mark = [&] {
    xr::Mark made;
    made.time_ns = messages;
    made.counters.messages = messages;
    series.add(made, &histogram);
  };
  for (int warmup = 0; warmup < 100; ++warmup) histogram.record(3), ++messages;
  mark();
  const std::uint64_t before = histogram.totals().count;
  for (int interval = 0; interval < 1000; ++interval) {
    for (int i = 0; i < 20; ++i) {
      histogram.record(1 + random() % 100'000'000'000);
      ++messages;
    }
    mark();
    series.halve_if_full();
  }
  CHECK(series.marks().size() <= MarkSeries::kMaxIntervals + 1);
  CHECK_EQ(series.marks().front().counters.messages, 100u);
  CHECK_EQ(series.marks().back().counters.messages, messages);

  xr::Totals sum;
  xr::Extremes extremes;
  std::vector<double> counts(xr::hdr::kCountsLength, 0);
  for (std::size_t i = 1; i < series.marks().size(); ++i) {
    const auto part =
        subtract(series.snapshots()[i - 1], series.snapshots()[i], series.stretches()[i]);
    sum.count += part.totals.count;
    sum.overflow += part.totals.overflow;
    sum.sum_ns += part.totals.sum_ns;
    extremes.include(part.extremes);
    for (std::size_t k = 0; k < part.indices.size(); ++k)
      counts[static_cast<std::size_t>(part.indices[k])] += part.counts[k];
  }
  const auto total =
      subtract(series.snapshots().front(), series.snapshots()[series.marks().size() - 1], extremes);
  CHECK_EQ(sum.count, histogram.totals().count - before);
  CHECK_EQ(total.totals.count, sum.count);
  CHECK_EQ(total.totals.overflow, sum.overflow);
  CHECK_EQ(total.totals.sum_ns, sum.sum_ns);
  double in_buckets = 0;
  for (std::size_t k = 0; k < total.indices.size(); ++k) {
    CHECK_EQ(counts[static_cast<std::size_t>(total.indices[k])], total.counts[k]);
    in_buckets += total.counts[k];
  }
  CHECK_EQ(in_buckets + static_cast<double>(sum.overflow), static_cast<double>(sum.count));
  CHECK(extremes.min_ns > 3);
}

}  // namespace
