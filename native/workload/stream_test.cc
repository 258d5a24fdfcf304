#include "workload/stream.h"

#include <functional>

#include "test/hand_clock.h"
#include "test/test.h"

namespace {

using xr::Counters;
using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::test::HandClock;

constexpr std::uint64_t kWaitNs = 250 * kNsPerMs;
constexpr std::uint64_t kIdleNs = 5 * kNsPerSec;
constexpr xr::Patience kPatience{kWaitNs, kIdleNs, 0};

/// A link that waits in vain, either way, until it takes messages; `meanwhile` is what happens
/// during a wait.
struct WaitingLink {
  Io wait() noexcept {
    HandClock::time_ns += kWaitNs;
    meanwhile();
    if (HandClock::time_ns >= until_ns) stop.set();
    return stop.is_set() ? Io::kStopped : Io::kStalled;
  }
  Io receive_some() noexcept { return wait(); }
  Io send_some(std::uint64_t) noexcept {
    if (takes == 0) return wait();
    HandClock::time_ns += kNsPerMs;
    if (HandClock::time_ns >= until_ns) stop.set();
    counts.messages += takes;
    counts.bytes += takes * 1000;
    return Io::kOk;
  }
  /// One is always under way.
  std::uint64_t send_units() const noexcept { return counts.messages + 1; }
  std::uint64_t heard() const noexcept { return packets; }
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

  xr::StopFlag& stop;
  std::function<void()> meanwhile = [] {};
  std::uint64_t until_ns = xr::kNever;
  std::uint64_t packets = 0;
  /// At once, each millisecond.
  std::uint64_t takes = 0;
  Counters counts{};
};

/// Link 0 of two at one end, in a window of three seconds that begins at once. The other is the
/// test's to move.
struct Stage {
  Stage() {
    HandClock::time_ns = began_ns;
    board.direct();
    board.open(0, 2, {});
    xr::Window window;
    window.version = 1;
    window.start = began_ns + kNsPerMs;
    window.end = window.start + phases.duration_ns;
    window.interval = phases.interval_ns;
    board.name(window);
  }

  Io receive(const xr::Patience& patience = kPatience) {
    return xr::run_receiver(link, timeline, patience, stop);
  }
  Io send(const xr::Patience& patience = kPatience, double bits_per_sec = 0) {
    xr::Pacer<HandClock> pacer({}, bits_per_sec);
    return xr::run_sender(link, 1000, follower, pacer, patience, stop, send_units);
  }
  void sibling_receives() {
    board.cell(1).phase(xr::Phase::kMeasure);
    board.cell(1).counts(sibling += 1000, 0, 0);
  }
  void sibling_sends() { board.cell(1).counts(sibling += 1000, 0, 0); }
  std::uint64_t took_ns() const { return HandClock::time_ns - began_ns; }

  static constexpr std::uint64_t began_ns = kNsPerSec;
  xr::PhaseSpec phases{kNsPerSec, 3 * kNsPerSec, 0, 500 * kNsPerMs};
  xr::RunBoard board{phases};
  xr::Timeline<HandClock> timeline{{}, phases, nullptr, board, 0};
  xr::Timeline<HandClock> follower =
      xr::Timeline<HandClock>::follower({}, phases, board, 0);
  xr::StopFlag stop;
  WaitingLink link{stop};
  std::optional<std::uint64_t> send_units;
  std::uint64_t sibling = 0;
};

TEST("stream: a receiver that gets nothing while another does is starved, and meets its window") {
  Stage stage;
  stage.link.meanwhile = [&] { stage.sibling_receives(); };
  stage.link.until_ns = Stage::began_ns + 20 * kNsPerSec;
  CHECK(stage.receive() == Io::kStopped);
  CHECK(stage.timeline.is_through());
  const auto& marks = stage.timeline.series().marks();
  CHECK_EQ(marks.size(), 7u);
  CHECK_EQ(marks.back().time_ns, stage.phases.duration_ns);
  CHECK_EQ(marks.back().counters.bytes, 0u);
}

TEST("stream: when no connection gets anything the path is down, whoever starved before") {
  for (const std::uint64_t others_until_ns : {std::uint64_t{0}, 7 * kNsPerSec}) {
    Stage stage;
    stage.link.meanwhile = [&] {
      if (stage.took_ns() <= others_until_ns) stage.sibling_receives();
    };
    CHECK(stage.receive() == Io::kStalled);
    CHECK(stage.took_ns() >= others_until_ns + kIdleNs);
    CHECK(stage.took_ns() <= others_until_ns + kIdleNs + 2 * kWaitNs);
    // Whether anything was still to come nobody knew at its end.
    CHECK_EQ(stage.timeline.is_through(), others_until_ns != 0);
  }
}

TEST("stream: what a sender hands over is no sign of life to a receiver, arrivals are one to a sender") {
  Stage down;
  down.link.meanwhile = [&] { down.sibling_sends(); };
  down.link.until_ns = Stage::began_ns + 20 * kNsPerSec;
  CHECK(down.receive() == Io::kStalled);

  for (const bool receives : {false, true}) {
    Stage up;
    up.link.meanwhile = [&] { receives ? up.sibling_receives() : up.sibling_sends(); };
    up.link.until_ns = Stage::began_ns + 20 * kNsPerSec;
    CHECK(up.send() == Io::kStopped);
    CHECK(up.follower.is_through());
  }
}

TEST("stream: a sender whose peers all take nothing is a stall") {
  Stage stage;
  CHECK(stage.send() == Io::kStalled);
  CHECK(stage.took_ns() >= kIdleNs);
  CHECK(stage.took_ns() <= kIdleNs + kWaitNs);
}

TEST("stream: what was handed over by itself is told of the time that the messages are told of") {
  Stage stage;
  stage.link.takes = 10;
  stage.link.until_ns = Stage::began_ns + 20 * kNsPerSec;
  CHECK(stage.send() == Io::kStopped);
  CHECK(stage.follower.is_through());
  const std::uint64_t messages = stage.follower.series().marks().back().counters.messages;
  CHECK(messages < stage.link.counts.messages);
  CHECK(stage.send_units.has_value());
  CHECK_EQ(stage.send_units.value_or(0), messages + 1);
}

TEST("stream: what comes without being a message is progress") {
  for (const bool counts : {false, true}) {
    Stage stage;
    stage.link.meanwhile = [&] {
      if (stage.took_ns() > 20 * kNsPerSec) return;
      (counts ? stage.link.counts.duplicates : stage.link.packets) += 1;
    };
    CHECK(stage.receive() == Io::kStalled);
    // It may have come at the beginning of the wait.
    CHECK(stage.took_ns() >= 25 * kNsPerSec - kWaitNs);
    CHECK(stage.took_ns() <= 25 * kNsPerSec + kWaitNs);
  }
}

TEST("stream: until the next message of a rate is due nothing is missing") {
  constexpr xr::Patience seldom{kWaitNs, kNsPerSec, 60 * kNsPerSec};
  Stage stage;
  std::uint64_t through_ns = 0;
  stage.link.meanwhile = [&] {
    if (stage.timeline.is_through() && through_ns == 0) through_ns = stage.took_ns();
  };
  CHECK(stage.receive(seldom) == Io::kStalled);
  CHECK(stage.took_ns() >= 61 * kNsPerSec);
  CHECK(stage.took_ns() <= 61 * kNsPerSec + kWaitNs);
  CHECK(through_ns > 0);
  CHECK(through_ns <= 4 * kNsPerSec);
}

}  // namespace
