#pragma once

#include <cstdint>

#include "measure/mark.h"
#include "measure/phase_spec.h"
#include "measure/run_board.h"
#include "measure/window.h"

namespace xr::test {

/// A link of which nothing costs a system call.
struct QuietLink {
  Counters& counters() noexcept { return counts; }
  void refresh() noexcept { ++refreshes; }
  Counters counts;
  int refreshes = 0;
};

/// A board whose windows a test names, in ticks of the clock of the hand.
struct Directed {
  explicit Directed(const PhaseSpec& spec, unsigned deciders = 1) : phases(spec), board(spec) {
    board.direct();
    board.open(0, deciders, [this] { ++measured; });
  }

  /// The measured phase, from `start` on; where messages decide, without an end.
  void name(std::uint64_t start, std::uint32_t version = 1) {
    Window window;
    window.version = version;
    window.start = start;
    if (phases.duration_ns != 0) window.end = start + phases.duration_ns;
    window.interval = phases.interval_ns;
    board.name(window);
  }

  PhaseSpec phases;
  RunBoard board;
  int measured = 0;
};

}  // namespace xr::test
