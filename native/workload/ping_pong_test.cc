#include "workload/ping_pong.h"

#include "test/hand_clock.h"
#include "test/test.h"

namespace {

using xr::Counters;
using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::test::HandClock;

/// The far end of a read: no message ever comes, and it looks at the clock every 25 ms.
struct IdleLink {
  Io receive_request() noexcept {
    HandClock::time_ns += 25 * kNsPerMs;
    return HandClock::time_ns < until_ns ? Io::kDue : Io::kStopped;
  }
  Io send_reply() noexcept { return Io::kOk; }
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

  std::uint64_t until_ns;
  Counters counts;
};

TEST("ping-pong: a responder without messages meets its window all the same") {
  const xr::PhaseSpec phases{kNsPerSec, 100 * kNsPerMs, 0, 100 * kNsPerMs};
  xr::RunBoard board(phases);
  board.direct();
  board.open(0, 1, {});
  HandClock::time_ns = kNsPerSec;
  xr::Window window;
  window.version = 1;
  window.start = HandClock::time_ns + 60 * kNsPerMs;
  window.end = window.start + phases.duration_ns;
  window.interval = phases.interval_ns;
  board.name(window);
  auto follower = xr::Timeline<HandClock>::follower({}, phases, board, 1);
  IdleLink link{HandClock::time_ns + kNsPerSec, {}};
  const xr::StopFlag stop;
  CHECK(xr::run_responder(link, 64, follower, stop) == Io::kStopped);
  const auto& marks = follower.series().marks();
  CHECK_EQ(marks.size(), 2u);
  CHECK_EQ(marks[1].time_ns, phases.duration_ns);
  CHECK_EQ(marks[1].counters.messages, 0u);
}

/// An initiator's: of its messages, which take 10 ms each, every second ends in `trouble`, and the
/// last one with a stop.
struct LossyLink {
  Io send_request() noexcept {
    HandClock::time_ns += 10 * kNsPerMs;
    return trouble == Io::kRefused && is_bad() ? lose() : Io::kOk;
  }
  Io receive_reply() noexcept { return is_bad() ? lose() : Io::kOk; }
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

  bool is_bad() const noexcept { return (counts.messages + counts.lost) % 2 == 1; }
  Io lose() noexcept {
    counts.lost += 1;
    return trouble;
  }

  Io trouble;
  Counters counts;
};

TEST("ping-pong: a message that is lost, on the way or here, is one attempt, in its interval") {
  for (const Io trouble : {Io::kLost, Io::kRefused}) {
    const xr::PhaseSpec phases{0, 100 * kNsPerMs, 0, 20 * kNsPerMs};
    xr::RunBoard board(phases);
    board.open(0, 1, {});
    HandClock::time_ns = kNsPerSec;
    xr::Histogram histogram;
    xr::Timeline<HandClock> timeline({}, phases, &histogram, board, 0);
    LossyLink link{trouble, {}};
    const xr::StopFlag stop;
    CHECK(xr::run_initiator(link, 64, timeline, histogram, stop) == Io::kOk);
    // What completes on an edge belongs behind it: the answered one before, the lost one behind.
    const auto& marks = timeline.series().marks();
    CHECK_EQ(marks.size(), 6u);
    for (std::size_t i = 1; i < marks.size(); ++i) {
      CHECK_EQ(marks[i].counters.messages, i);
      CHECK_EQ(marks[i].counters.lost, i - 1);
    }
  }
}

TEST("ping-pong: what an initiator cannot go on with ends its loop") {
  for (const Io trouble : {Io::kStalled, Io::kClosed, Io::kStopped, Io::kError}) {
    const xr::PhaseSpec phases{0, kNsPerSec, 0, kNsPerSec};
    xr::RunBoard board(phases);
    board.open(0, 1, {});
    xr::Histogram histogram;
    xr::Timeline<HandClock> timeline({}, phases, &histogram, board, 0);
    LossyLink link{trouble, {}};
    const xr::StopFlag stop;
    CHECK(xr::run_initiator(link, 64, timeline, histogram, stop) == trouble);
  }
}

}  // namespace
