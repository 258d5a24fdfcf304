#include "measure/timeline.h"

#include <chrono>
#include <vector>

#include "test/directed_board.h"
#include "test/hand_clock.h"
#include "test/test.h"

namespace {

using xr::Counters;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::PhaseSpec;
using xr::RunBoard;
using xr::Scheduling;
using xr::test::Directed;
using xr::test::HandClock;
using xr::test::QuietLink;

using Timeline = xr::Timeline<HandClock>;

/// Does a message every `gap_ns(elapsed)` as the loops do, until the timeline says that it is over
/// or `until` has come. Returns the counters at the end.
template <class Gap>
Counters drive(Timeline& timeline, xr::Histogram* histogram, const Gap& gap_ns,
               std::uint64_t until = xr::kNever) {
  QuietLink link;
  Counters& counters = link.counts;
  HandClock::time_ns = kNsPerSec;
  timeline.start(counters);
  while (HandClock::time_ns < until) {
    const std::uint64_t gap = gap_ns(HandClock::time_ns - kNsPerSec);
    const std::uint64_t now = HandClock::time_ns += gap;
    if (now >= timeline.next_edge() && !timeline.on_edge(now, counters, link)) return counters;
    if (histogram != nullptr) histogram->record(gap);
    counters.messages += 1;
    counters.bytes += 64;
    timeline.show(counters);
    if (timeline.attempts(counters) >= timeline.target() && !timeline.on_target(now, counters))
      return counters;
  }
  return counters;
}

const auto every_10_us = [](std::uint64_t) { return 10'000; };

TEST("timeline: a steady rate ends warm-up early, and the measured phase has its length") {
  xr::Histogram histogram;
  const PhaseSpec phases{kNsPerSec, 3 * kNsPerSec, 0, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, &histogram, board, 0);
  drive(timeline, &histogram, every_10_us);
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kSteady);
  CHECK(timeline.warmup_ns() >= 300 * kNsPerMs && timeline.warmup_ns() <= 310 * kNsPerMs);
  const auto& marks = timeline.series().marks();
  CHECK_EQ(marks.size(), 4u);
  CHECK_EQ(marks.front().time_ns, 0u);
  CHECK_EQ(marks.back().time_ns, 3 * kNsPerSec);
  CHECK_EQ(marks.back().counters.messages - marks.front().counters.messages, 300'000u);
}

/// A clock of the hand that notes whether the soft interrupts had been read before it was.
struct WatchingClock : HandClock {
  static std::uint64_t now() noexcept {
    came_second = board->softirq_ns() >= 0;
    return HandClock::now();
  }
  static inline const RunBoard* board = nullptr;
  static inline bool came_second = false;
};

TEST("timeline: soft interrupts are read before the clock that begins a measured phase") {
  const PhaseSpec phases{0, kNsPerSec, 0, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  WatchingClock::board = &board;
  xr::Timeline<WatchingClock> timeline({}, phases, nullptr, board, 0);
  timeline.start({});
  CHECK(WatchingClock::came_second);
}

TEST("timeline: soft interrupts are read at the last look before a window, never within it") {
  for (const bool looks_before : {true, false}) {
    Directed directed({0, kNsPerSec, 0, kNsPerSec});
    Timeline timeline({}, directed.phases, nullptr, directed.board, 0);
    QuietLink link;
    HandClock::time_ns = kNsPerSec;
    timeline.start({});
    directed.name(2 * kNsPerSec);
    while (looks_before && timeline.next_edge() < 2 * kNsPerSec) {
      HandClock::time_ns = timeline.next_edge();
      CHECK(timeline.on_edge(HandClock::time_ns, {}, link));
    }
    CHECK_EQ(directed.board.softirq_ns() >= 0, looks_before);
    HandClock::time_ns = 2 * kNsPerSec;
    CHECK(timeline.on_edge(HandClock::time_ns, {}, link));
    CHECK_EQ(directed.board.softirq_ns() >= 0, looks_before);
  }
}

TEST("timeline: a rate that keeps changing is warmed up to the cap") {
  const PhaseSpec phases{kNsPerSec, kNsPerSec, 0, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, nullptr, board, 0);
  drive(timeline, nullptr,
        [](std::uint64_t elapsed) { return elapsed / kNsPerMs / 100 % 2 == 0 ? 10'000 : 20'000; });
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kCap);
  CHECK(timeline.warmup_ns() >= kNsPerSec);
}

TEST("timeline: iterations are counted from the end of warm-up, to the message") {
  xr::Histogram histogram;
  const PhaseSpec phases{200 * kNsPerMs, 0, 12'345, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, &histogram, board, 0);
  drive(timeline, &histogram, every_10_us);
  const auto& series = timeline.series();
  const auto& marks = series.marks();
  CHECK_EQ(marks.back().counters.messages - marks.front().counters.messages, 12'345u);
  CHECK_EQ(
      series.snapshots()[marks.size() - 1].totals.count - series.snapshots().front().totals.count,
      12'345u);
}

TEST("timeline: without warm-up everything is measured") {
  const PhaseSpec phases{0, 0, 10, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, nullptr, board, 0);
  const Counters end = drive(timeline, nullptr, every_10_us);
  CHECK_EQ(end.messages, 10u);
  CHECK_EQ(timeline.series().marks().front().counters.messages, 0u);
  CHECK(timeline.warmup_end() == xr::WarmupEnd::kNone);
}

TEST("timeline: more intervals than there is room for become half as many, twice as long") {
  xr::Histogram histogram;
  const PhaseSpec phases{0, 100 * kNsPerMs, 0, kNsPerMs};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, &histogram, board, 0);
  drive(timeline, &histogram, every_10_us);
  const auto& marks = timeline.series().marks();
  CHECK_EQ(marks.size(), 51u);
  for (std::size_t i = 0; i < marks.size(); ++i) CHECK_EQ(marks[i].time_ns, i * 2 * kNsPerMs);
}

TEST("timeline: a lost message is an attempt") {
  const PhaseSpec phases{0, 0, 10, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, nullptr, board, 0);
  Counters counters;
  timeline.start(counters);
  counters.messages = 6;
  counters.lost = 4;
  CHECK(timeline.attempts(counters) >= timeline.target());
}

TEST("timeline: a run that is cut short keeps what it has") {
  xr::Histogram histogram;
  const PhaseSpec phases{0, 60 * kNsPerSec, 0, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  Timeline timeline({}, phases, &histogram, board, 0);
  Counters counters;
  HandClock::time_ns = kNsPerSec;
  timeline.start(counters);
  for (int i = 0; i < 50; ++i) histogram.record(1000);
  counters.messages = 50;
  timeline.finish(kNsPerSec + kNsPerMs, counters);
  CHECK_EQ(timeline.series().marks().size(), 2u);
  CHECK_EQ(timeline.series().snapshots()[1].totals.count, 50u);
}

TEST("timeline: what completes after an edge belongs behind it, however many it was blocked across") {
  const PhaseSpec phases{0, kNsPerSec, 0, 100 * kNsPerMs};
  RunBoard board(phases);
  int measured = 0;
  board.open(0, 1, [&] { ++measured; });
  Timeline timeline({}, phases, nullptr, board, 0);
  // Ten messages of 35 ms, then one that takes until after the end.
  const Counters end = drive(timeline, nullptr, [](std::uint64_t elapsed) {
    return elapsed < 350 * kNsPerMs ? 35 * kNsPerMs : 2 * kNsPerSec;
  });
  CHECK_EQ(end.messages, 10u);
  const auto& marks = timeline.series().marks();
  CHECK_EQ(marks.size(), 11u);
  const std::uint64_t expected[] = {0, 2, 5, 8, 10, 10, 10, 10, 10, 10, 10};
  for (std::size_t i = 0; i < marks.size(); ++i) {
    CHECK_EQ(marks[i].time_ns, i * 100 * kNsPerMs);
    CHECK_EQ(marks[i].counters.messages, expected[i]);
  }
  CHECK_EQ(measured, 1);
}

TEST("timeline: a directed link meets the window that is named to it, and goes on behind it") {
  const PhaseSpec phases{kNsPerSec, 100 * kNsPerMs, 0, 50 * kNsPerMs};
  Directed directed(phases);
  Timeline timeline({}, phases, nullptr, directed.board, 0);
  QuietLink link;
  HandClock::time_ns = kNsPerSec;
  timeline.start(link.counts);
  for (std::uint64_t ms = 1; ms <= 1000; ++ms) {
    const std::uint64_t now = kNsPerSec + ms * kNsPerMs;
    if (ms == 400) directed.name(kNsPerSec + 500 * kNsPerMs);
    if (now >= timeline.next_edge()) CHECK(timeline.on_edge(now, link.counts, link));
    link.counts.messages += 1;
    timeline.show(link.counts);
    CHECK_EQ(directed.measured, ms >= 600 ? 1 : 0);
    CHECK(directed.board.standing().phase == (ms < 500   ? xr::Phase::kWarmup
                                              : ms < 600 ? xr::Phase::kMeasure
                                                         : xr::Phase::kDone));
  }
  CHECK(timeline.is_through());
  const auto& marks = timeline.series().marks();
  CHECK_EQ(marks.size(), 3u);
  CHECK_EQ(marks[0].counters.messages, 499u);
  CHECK_EQ(marks[1].counters.messages, 549u);
  CHECK_EQ(marks[2].counters.messages, 599u);
  CHECK_EQ(marks[2].time_ns, 100 * kNsPerMs);
  CHECK_EQ(timeline.warmup_ns(), 500 * kNsPerMs);
  // Nothing but marks costs a system call.
  CHECK(link.refreshes <= 3);
}

TEST("timeline: a window that is named anew is the one that counts, at whatever stage") {
  for (const std::uint64_t second_named_ms : {450u, 520u, 650u}) {
    const PhaseSpec phases{kNsPerSec, 100 * kNsPerMs, 0, 100 * kNsPerMs};
    Directed directed(phases);
    xr::Histogram histogram;
    Timeline timeline({}, phases, &histogram, directed.board, 0);
    QuietLink link;
    HandClock::time_ns = kNsPerSec;
    timeline.start(link.counts);
    directed.name(kNsPerSec + 500 * kNsPerMs);
    for (std::uint64_t ms = 1; ms <= 1000; ++ms) {
      const std::uint64_t now = kNsPerSec + ms * kNsPerMs;
      if (ms == second_named_ms) directed.name(kNsPerSec + 800 * kNsPerMs, 2);
      if (now >= timeline.next_edge()) timeline.on_edge(now, link.counts, link);
      histogram.record(1000);
      link.counts.messages += 1;
      timeline.show(link.counts);
    }
    const auto& series = timeline.series();
    CHECK_EQ(series.marks().size(), 2u);
    CHECK_EQ(series.marks()[0].counters.messages, 799u);
    CHECK_EQ(series.marks()[1].counters.messages, 899u);
    CHECK_EQ(series.snapshots()[1].totals.count - series.snapshots()[0].totals.count, 100u);
    CHECK_EQ(directed.board.standing().through, 2u);
  }
}

TEST("timeline: links that share iterations end together, once their sum is reached") {
  const PhaseSpec phases{0, 0, 1000, kNsPerSec};
  Directed directed(phases, 3);
  Timeline links[] = {{{}, phases, nullptr, directed.board, 0},
                      {{}, phases, nullptr, directed.board, 1},
                      {{}, phases, nullptr, directed.board, 2}};
  QuietLink quiet[3];
  HandClock::time_ns = kNsPerSec;
  for (int i = 0; i < 3; ++i) links[i].start(quiet[i].counts);
  directed.name(kNsPerSec + 20 * kNsPerMs);
  // The first does four messages where the second does one; the third is all but starved.
  std::uint64_t us = 0;
  while (directed.measured == 0 && us < 10'000'000) {
    us += 10;
    const std::uint64_t now = kNsPerSec + us * 1000;
    for (int i = 0; i < 3; ++i) {
      if (us % (i == 0 ? 50 : i == 1 ? 200 : 100'000) != 0) continue;
      Counters& counts = quiet[i].counts;
      if (now >= links[i].next_edge()) links[i].on_edge(now, counts, quiet[i]);
      counts.messages += 1;
      links[i].show(counts);
      if (Timeline::attempts(counts) >= links[i].target()) links[i].on_target(now, counts);
    }
  }
  CHECK_EQ(directed.measured, 1);
  std::uint64_t sum = 0;
  for (const auto& link : links) {
    const auto& marks = link.series().marks();
    CHECK_EQ(marks.front().time_ns, 0u);
    CHECK_EQ(marks.back().time_ns, links[0].series().marks().back().time_ns);
    sum += marks.back().counters.messages - marks.front().counters.messages;
  }
  // The end is named a few milliseconds ahead: 25,000 messages a second.
  CHECK(sum >= 3000 && sum <= 3200);
}

TEST("timeline: links that share iterations end at the message that reaches their sum") {
  std::uint64_t behind_ns[2];
  for (const std::uint64_t gap_ms : {1, 7}) {
    const PhaseSpec phases{0, 0, 50, kNsPerSec};
    Directed directed(phases, 2);
    Timeline links[] = {{{}, phases, nullptr, directed.board, 0},
                        {{}, phases, nullptr, directed.board, 1}};
    QuietLink quiet[2];
    HandClock::time_ns = kNsPerSec;
    for (int i = 0; i < 2; ++i) links[i].start(quiet[i].counts);
    directed.name(kNsPerSec);
    for (int i = 0; i < 2; ++i) links[i].on_edge(kNsPerSec + kNsPerMs, quiet[i].counts, quiet[i]);
    for (std::uint64_t now = kNsPerSec; directed.measured == 0 && now < 2 * kNsPerSec;) {
      now += gap_ms * kNsPerMs;
      for (int i = 0; i < 2; ++i) {
        Counters& counts = quiet[i].counts;
        if (now >= links[i].next_edge()) links[i].on_edge(now, counts, quiet[i]);
        counts.messages += 1;
        links[i].show(counts);
        if (Timeline::attempts(counts) >= links[i].target()) links[i].on_target(now, counts);
      }
    }
    behind_ns[gap_ms == 7] = links[1].series().marks().back().time_ns - 50 * gap_ms * kNsPerMs;
  }
  // As far ahead as is needed for both to meet it, whatever the time between two messages.
  CHECK_EQ(behind_ns[0], behind_ns[1]);
}

TEST("timeline: a link that stood still names no end that others have passed") {
  const PhaseSpec phases{0, 0, 50, 5 * kNsPerMs};
  Directed directed(phases, 2);
  Timeline links[] = {{{}, phases, nullptr, directed.board, 0},
                      {{}, phases, nullptr, directed.board, 1}};
  QuietLink quiet[2];
  HandClock::time_ns = kNsPerSec;
  for (int i = 0; i < 2; ++i) links[i].start(quiet[i].counts);
  directed.name(kNsPerSec);
  for (int i = 0; i < 2; ++i) links[i].on_edge(kNsPerSec + kNsPerMs, quiet[i].counts, quiet[i]);
  quiet[0].counts.messages = 100;
  links[0].show(quiet[0].counts);
  // It read the clock at 2 ms, and was let go on at 21.
  HandClock::time_ns = kNsPerSec + 21 * kNsPerMs;
  links[1].on_edge(HandClock::time_ns, quiet[1].counts, quiet[1]);
  links[0].on_target(kNsPerSec + 2 * kNsPerMs, quiet[0].counts);
  while (directed.measured == 0 && HandClock::time_ns < kNsPerSec + 100 * kNsPerMs) {
    HandClock::time_ns += kNsPerMs;
    for (int i = 0; i < 2; ++i)
      if (HandClock::time_ns >= links[i].next_edge())
        links[i].on_edge(HandClock::time_ns, quiet[i].counts, quiet[i]);
  }
  CHECK_EQ(directed.measured, 1);
  CHECK_EQ(links[0].series().marks().back().time_ns, links[1].series().marks().back().time_ns);
  for (const auto& link : links) {
    const auto& marks = link.series().marks();
    for (std::size_t i = 1; i < marks.size(); ++i) CHECK(marks[i].time_ns > marks[i - 1].time_ns);
  }
}

TEST("timeline: how the scheduler treats a thread is that of its window") {
  if (!Scheduling::of_this_thread())
    throw xr::test::Skipped("this kernel keeps no account of its scheduler");
  // A warm-up of 200 ms of work, a window of 20: the work before it is not in it.
  const PhaseSpec phases{0, 20 * kNsPerMs, 0, kNsPerSec};
  Directed directed(phases, 1);
  Timeline link({}, phases, nullptr, directed.board, 0);
  QuietLink quiet;
  HandClock::time_ns = kNsPerSec;
  link.start(quiet.counts);
  const auto spin_ms = [](std::uint64_t ms) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (std::chrono::steady_clock::now() < until) {
    }
  };
  spin_ms(200);
  directed.name(kNsPerSec + kNsPerMs);
  const auto before = std::chrono::steady_clock::now();
  link.on_edge(kNsPerSec, quiet.counts, quiet);
  spin_ms(20);
  link.on_edge(kNsPerSec + 2 * kNsPerMs, quiet.counts, quiet);
  link.on_edge(kNsPerSec + 30 * kNsPerMs, quiet.counts, quiet);
  const auto end = std::chrono::steady_clock::now();
  CHECK(link.is_through());
  const auto share = link.scheduling();
  CHECK(share.has_value());
  CHECK(share->wall_ns >= 20 * kNsPerMs);
  // From the reading right before it on, and not from where the thread began.
  const auto most_ns = std::chrono::nanoseconds(end - before).count();
  CHECK(share->wall_ns <= static_cast<std::uint64_t>(most_ns));
}

TEST("timeline: further histograms are cut where the first is, as many as there are") {
  // More intervals than a series holds: they are halved, all alike.
  const PhaseSpec phases{0, 200 * kNsPerSec, 0, kNsPerSec};
  RunBoard board(phases);
  board.open(0, 1, {});
  xr::Histogram histogram;
  Timeline timeline({}, phases, &histogram, board, 0);
  std::vector<xr::Histogram> further(Timeline::kMostCompanions + 1);
  std::vector<xr::MarkSeries> series(further.size(), xr::MarkSeries(true));
  for (std::size_t i = 0; i < further.size(); ++i) timeline.take_along(further[i], series[i]);
  // The nth has n + 1 samples where the first has one.
  QuietLink link;
  HandClock::time_ns = kNsPerSec;
  timeline.start(link.counts);
  for (;;) {
    const std::uint64_t now = HandClock::time_ns += 100 * kNsPerMs;
    if (now >= timeline.next_edge() && !timeline.on_edge(now, link.counts, link)) break;
    histogram.record(1000);
    for (std::size_t i = 0; i < further.size(); ++i) {
      for (std::size_t n = 0; n <= i; ++n) further[i].record(2000);
    }
    link.counts.messages += 1;
  }
  const std::size_t marks = timeline.series().marks().size();
  CHECK(marks > 2 && marks <= xr::MarkSeries::kMaxIntervals + 2);
  for (std::size_t i = 0; i < Timeline::kMostCompanions; ++i) {
    CHECK_EQ(series[i].marks().size(), marks);
    for (std::size_t at = 0; at < marks; ++at) {
      CHECK_EQ(series[i].marks()[at].time_ns, timeline.series().marks()[at].time_ns);
      CHECK_EQ(series[i].snapshots()[at].totals.count,
               (i + 1) * timeline.series().snapshots()[at].totals.count);
    }
  }
  CHECK(series.back().marks().empty());
}

}  // namespace
