#include <vector>

#include "measure/timeline.h"
#include "test/hand_clock.h"
#include "test/test.h"

// What a receiver's own socket dropped, at the marks.

namespace {

using xr::Counters;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::Mark;
using xr::test::HandClock;

constexpr std::uint64_t kMessageNs = 100'000;

/// The marks of a millisecond each of a link that receives every 100 us, until it is through.
template <class Link>
std::vector<Mark> marks_of(Link link) {
  const xr::PhaseSpec phases{0, 10 * kNsPerMs, 0, kNsPerMs};
  xr::RunBoard board(phases);
  board.open(0, 1, {});
  xr::Timeline<HandClock> timeline({}, phases, nullptr, board, 0);
  HandClock::time_ns = kNsPerSec;
  timeline.start(link.counters());
  while (!timeline.is_through()) {
    const Counters before = link.counters();
    const std::uint64_t now = HandClock::time_ns += kMessageNs;
    link.receive();
    if (now >= timeline.next_edge() && !timeline.on_edge(now, before, link)) break;
  }
  const auto& marks = timeline.series().marks();
  return {marks.begin(), marks.end()};
}

/// What was lost with each batch was dropped here, as the link knows at once.
struct KnowingLink {
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {}
  void receive() noexcept {
    counts.messages += 10;
    counts.lost += 3;
    counts.local_drops += 3;
  }
  Counters counts;
};

TEST("timeline drops: those that a link counts with its messages are marked with the losses they are part of") {
  const std::vector<Mark> marks = marks_of(KnowingLink{});
  CHECK_EQ(marks.size(), 11u);
  for (const Mark& mark : marks) CHECK_EQ(mark.counters.local_drops, mark.counters.lost);
}

/// The kernel counts, or a part of the link, and says so when it is asked.
struct AskingLink {
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept {
    counts.local_drops = counts.duplicates = counts.reordered = counts.strangers = of_kernel;
  }
  void receive() noexcept {
    counts.messages += 1;
    of_kernel += 2;
  }
  Counters counts;
  std::uint64_t of_kernel = 0;
};

TEST("timeline drops: those that the kernel counts are marked as they are then") {
  const std::vector<Mark> marks = marks_of(AskingLink{});
  CHECK_EQ(marks.back().counters.local_drops - marks.front().counters.local_drops, 200u);
}

TEST("timeline drops: whatever a link knows only when it is asked is in the interval it came in") {
  const std::vector<Mark> marks = marks_of(AskingLink{});
  CHECK_EQ(marks.size(), 11u);
  for (const auto count : {&Counters::duplicates, &Counters::reordered, &Counters::local_drops,
                           &Counters::strangers})
    for (std::size_t i = 1; i < marks.size(); ++i)
      CHECK_EQ(marks[i].counters.*count - marks[i - 1].counters.*count, 20u);
}

}  // namespace
