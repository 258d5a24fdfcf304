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
    return HandClock::time_ns < until_ns ? Io::kLost : Io::kStopped;
  }
  Io send_reply() noexcept { return Io::kOk; }
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {}

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

}  // namespace
