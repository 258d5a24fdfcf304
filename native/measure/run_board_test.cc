#include "measure/run_board.h"

#include <thread>
#include <vector>

#include "measure/monotonic.h"
#include "test/test.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::PhaseSpec;
using xr::RunBoard;

constexpr PhaseSpec kPhases{kNsPerSec, 3 * kNsPerSec, 0, kNsPerSec};

TEST("run board: two ends of one machine convert one instant to the same ticks") {
  RunBoard one(kPhases);
  RunBoard other(kPhases);
  const std::uint64_t start = xr::monotonic_ns() + kNsPerSec;
  CHECK(one.schedule(1, start));
  CHECK(other.schedule(1, start));
  const auto difference = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; };
  // A tick is a fraction of a nanosecond or one; both slopes come from a few milliseconds alone.
  const xr::Window& window = one.window(1);
  CHECK(difference(window.start, other.window(1).start) <= window.interval / 1000);
  CHECK(difference(window.end - window.start, 3 * window.interval) <= 3);
}

TEST("run board: a window that comes too late, too far ahead or out of turn changes nothing") {
  RunBoard board(kPhases);
  const std::uint64_t now = xr::monotonic_ns();
  CHECK(!board.schedule(1, now));
  CHECK(!board.schedule(1, now - kNsPerSec));
  // Ahead, and not by as long as a link may look away.
  CHECK(!board.schedule(1, xr::monotonic_ns() + RunBoard::kLeastLeadNs - 1));
  CHECK(!board.schedule(1, 0));
  CHECK(!board.schedule(1, now + 3600 * kNsPerSec));
  CHECK(!board.schedule(1, ~std::uint64_t{0}));
  CHECK(!board.schedule(0, now + kNsPerSec));
  CHECK_EQ(board.version(), 0u);
  // The first came too late here: the second is taken all the same, and no older one after it.
  CHECK(board.schedule(2, xr::monotonic_ns() + kNsPerSec));
  CHECK(!board.schedule(2, xr::monotonic_ns() + kNsPerSec));
  CHECK(!board.schedule(1, xr::monotonic_ns() + kNsPerSec));
  CHECK_EQ(board.version(), 2u);
  for (std::uint32_t version = 3; version <= RunBoard::kMostVersions; ++version)
    CHECK(board.schedule(version, xr::monotonic_ns() + kNsPerSec));
  CHECK(!board.schedule(RunBoard::kMostVersions + 1, now + kNsPerSec));
  CHECK_EQ(board.version(), RunBoard::kMostVersions);
}

TEST("run board: what all links are through with is told once, whoever comes last") {
  for (int round = 0; round < 200; ++round) {
    RunBoard board(kPhases);
    std::atomic<int> told{0};
    board.open(0, 4, [&] { ++told; });
    std::vector<std::thread> threads;
    for (unsigned link = 0; link < 4; ++link)
      threads.emplace_back([&board, link] { board.through(link, 1); });
    for (auto& thread : threads) thread.join();
    CHECK_EQ(told.load(), 1);
    CHECK_EQ(board.standing().through, 1u);
  }
}

TEST("run board: the sum of what the links show, as of the least advanced") {
  RunBoard board(kPhases);
  CHECK(board.standing().phase == xr::Phase::kIdle);
  for (unsigned link : {3u, 70u}) {
    board.cell(link).phase(xr::Phase::kMeasure);
    board.cell(link).counts(10 + link, 1000, 1);
  }
  CHECK(board.standing().phase == xr::Phase::kMeasure);
  CHECK_EQ(board.standing().messages, 93u);
  CHECK_EQ(board.standing().bytes, 2000u);
  CHECK_EQ(board.standing().lost, 2u);
  board.cell(3).phase(xr::Phase::kDone);
  CHECK(board.standing().phase == xr::Phase::kMeasure);
}

}  // namespace
