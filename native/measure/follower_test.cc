#include "measure/timeline.h"
#include "test/directed_board.h"
#include "test/hand_clock.h"
#include "test/test.h"

// Of a sender or responder: it meets the windows that others decide on.

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::PhaseSpec;
using xr::RunBoard;
using xr::test::Directed;
using xr::test::HandClock;
using xr::test::QuietLink;

using Timeline = xr::Timeline<HandClock>;

TEST("follower: meets the window, and decides nothing") {
  const PhaseSpec phases{kNsPerSec, 100 * kNsPerMs, 0, 50 * kNsPerMs};
  Directed directed(phases);
  auto follower = Timeline::follower(HandClock{}, phases, directed.board, 1);
  QuietLink link;
  HandClock::time_ns = kNsPerSec;
  follower.start(link.counts);
  directed.name(kNsPerSec + 500 * kNsPerMs);
  for (std::uint64_t ms = 1; ms <= 1000; ++ms) {
    const std::uint64_t now = kNsPerSec + ms * kNsPerMs;
    if (now >= follower.next_edge()) CHECK(follower.on_edge(now, link.counts, link));
    link.counts.messages += 1;
  }
  follower.finish(3 * kNsPerSec, link.counts);
  const auto& marks = follower.series().marks();
  CHECK_EQ(marks.size(), 3u);
  CHECK_EQ(marks.front().counters.messages, 499u);
  CHECK_EQ(marks.back().counters.messages, 599u);
  CHECK_EQ(directed.measured, 0);
  CHECK(directed.board.standing().phase == xr::Phase::kIdle);
}

TEST("follower: one that waits for room through its whole window has sent nothing in it") {
  const PhaseSpec phases{0, 150 * kNsPerMs, 0, 50 * kNsPerMs};
  Directed directed(phases);
  auto follower = Timeline::follower(HandClock{}, phases, directed.board, 1);
  QuietLink link;
  HandClock::time_ns = kNsPerSec;
  follower.start(link.counts);
  link.counts.messages = 7;
  directed.name(kNsPerSec + 100 * kNsPerMs);
  follower.finish(kNsPerSec + 400 * kNsPerMs, link.counts);
  const auto& marks = follower.series().marks();
  CHECK_EQ(marks.size(), 4u);
  CHECK_EQ(marks.back().time_ns, 150 * kNsPerMs);
  CHECK_EQ(marks.front().counters.messages, 7u);
  CHECK_EQ(marks.back().counters.messages, 7u);
}

TEST("follower: marks stay regular and few, however long it follows") {
  const PhaseSpec phases{0, 0, 1, kNsPerSec};
  RunBoard board(phases);
  auto follower = Timeline::follower(HandClock{}, phases, board, 0);
  QuietLink link;
  std::uint64_t now = HandClock::time_ns = kNsPerSec;
  follower.start(link.counts);
  for (int i = 0; i < 1'000'000; ++i) {
    now += kNsPerMs;
    if (now >= follower.next_edge()) follower.on_edge(now, link.counts, link);
    link.counts.messages += 1;
  }
  const auto& marks = follower.series().marks();
  CHECK(marks.size() > 16 && marks.size() <= 66);
  for (std::size_t i = 1; i < marks.size(); ++i)
    CHECK_EQ(marks[i].counters.messages + 1, marks[i].time_ns / kNsPerMs);
}

}  // namespace
