#include "measure/timeline.h"

#include "test/test.h"

namespace {

using xr::Counters;
using xr::kNsPerMs;
using xr::kNsPerSec;

/// A clock that a test moves by hand.
class HandClock {
 public:
  static std::uint64_t now() noexcept { return time_ns; }
  std::uint64_t to_ns(std::uint64_t ticks) const noexcept { return ticks; }
  std::uint64_t from_ns(std::uint64_t ns) const noexcept { return ns; }
  void refine() noexcept {}
  static inline std::uint64_t time_ns = 0;
};

using Timeline = xr::Timeline<HandClock>;

/// Does a message every `gap_ns(elapsed)` until the timeline says that it is over. Returns the
/// counters at the end.
template <class Gap>
Counters drive(Timeline& timeline, xr::Histogram* histogram, const Gap& gap_ns) {
  Counters counters;
  std::uint64_t now = kNsPerSec;
  timeline.start(now, counters);
  for (;;) {
    const std::uint64_t gap = gap_ns(now - kNsPerSec);
    now += gap;
    if (histogram != nullptr) histogram->record(gap);
    counters.messages += 1;
    counters.bytes += 64;
    if (now >= timeline.next_edge() || timeline.attempts(counters) >= timeline.target()) {
      if (!timeline.on_edge(now, counters)) return counters;
    }
  }
}

TEST("timeline: a steady rate ends warm-up early, and the measured phase has its length") {
  xr::Histogram histogram;
  Timeline timeline({}, {kNsPerSec, 3 * kNsPerSec, 0, kNsPerSec}, &histogram,
                    xr::Progress(nullptr));
  drive(timeline, &histogram, [](std::uint64_t) { return 10'000; });
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kSteady);
  CHECK_EQ(timeline.warmup_ns(), 300 * kNsPerMs);
  const auto& marks = timeline.series().marks();
  CHECK_EQ(marks.size(), 4u);
  CHECK_EQ(marks.back().time_ns - marks.front().time_ns, 3 * kNsPerSec);
  CHECK_EQ(marks.back().counters.messages - marks.front().counters.messages, 300'000u);
}

TEST("timeline: a rate that keeps changing is warmed up to the cap") {
  Timeline timeline({}, {kNsPerSec, kNsPerSec, 0, kNsPerSec}, nullptr, xr::Progress(nullptr));
  drive(timeline, nullptr,
        [](std::uint64_t elapsed) { return elapsed / kNsPerMs / 100 % 2 == 0 ? 10'000 : 20'000; });
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kCap);
  CHECK(timeline.warmup_ns() >= kNsPerSec);
}

TEST("timeline: iterations are counted from the end of warm-up, to the message") {
  xr::Histogram histogram;
  Timeline timeline({}, {200 * kNsPerMs, 0, 12'345, kNsPerSec}, &histogram, xr::Progress(nullptr));
  drive(timeline, &histogram, [](std::uint64_t) { return 10'000; });
  const auto& series = timeline.series();
  const auto& marks = series.marks();
  CHECK_EQ(marks.back().counters.messages - marks.front().counters.messages, 12'345u);
  CHECK_EQ(
      series.snapshots()[marks.size() - 1].totals.count - series.snapshots().front().totals.count,
      12'345u);
}

TEST("timeline: without warm-up everything is measured") {
  Timeline timeline({}, {0, 0, 10, kNsPerSec}, nullptr, xr::Progress(nullptr));
  const Counters end = drive(timeline, nullptr, [](std::uint64_t) { return 10'000; });
  CHECK_EQ(end.messages, 10u);
  CHECK_EQ(timeline.series().marks().front().counters.messages, 0u);
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kNone);
}

TEST("timeline: a lost message is an attempt") {
  Timeline timeline({}, {0, 0, 10, kNsPerSec}, nullptr, xr::Progress(nullptr));
  Counters counters;
  timeline.start(kNsPerSec, counters);
  counters.messages = 6;
  counters.lost = 4;
  CHECK(timeline.attempts(counters) >= timeline.target());
}

TEST("timeline: a run that is cut short keeps what it has") {
  xr::Histogram histogram;
  Timeline timeline({}, {0, 60 * kNsPerSec, 0, kNsPerSec}, &histogram, xr::Progress(nullptr));
  Counters counters;
  timeline.start(kNsPerSec, counters);
  for (int i = 0; i < 50; ++i) histogram.record(1000);
  counters.messages = 50;
  timeline.finish(kNsPerSec + kNsPerMs, counters);
  CHECK_EQ(timeline.series().marks().size(), 2u);
  CHECK_EQ(timeline.series().snapshots()[1].totals.count, 50u);
}

TEST("follower: marks stay regular and few, however long it follows") {
  xr::Follower<HandClock> follower{HandClock{}};
  Counters counters;
  std::uint64_t now = kNsPerSec;
  follower.start(now, counters);
  for (int i = 0; i < 1'000'000; ++i) {
    now += kNsPerMs;
    counters.messages += 1;
    if (now >= follower.next_edge()) follower.on_edge(now, counters);
  }
  const auto& marks = follower.series().marks();
  CHECK(marks.size() > 16 && marks.size() <= 66);
  for (std::size_t i = 1; i < marks.size(); ++i) {
    CHECK(marks[i].counters.messages > marks[i - 1].counters.messages);
    CHECK_EQ(marks[i].counters.messages, marks[i].time_ns / kNsPerMs);
  }
}

}  // namespace
