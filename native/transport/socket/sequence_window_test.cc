#include "transport/socket/sequence_window.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "test/test.h"

namespace {

using xr::Counters;
using xr::SequenceWindow;

TEST("sequence window: in order, nothing is counted") {
  SequenceWindow window(8);
  Counters counters;
  for (std::uint64_t i = 0; i < 200'000; ++i) CHECK(window.accept(i, counters));
  CHECK_EQ(counters.lost + counters.duplicates + counters.reordered, 0u);
}

TEST("sequence window: a duplicate does not mend a loss") {
  SequenceWindow window(8);
  Counters counters;
  for (const std::uint64_t number : {0, 1, 3, 3, 1}) window.accept(number, counters);
  CHECK_EQ(counters.lost, 1u);
  CHECK_EQ(counters.duplicates, 2u);
  CHECK_EQ(counters.reordered, 0u);
}

TEST("sequence window: what comes late is reordered, not lost") {
  SequenceWindow window(8);
  Counters counters;
  for (const std::uint64_t number : {0, 2, 3, 1}) CHECK(window.accept(number, counters));
  CHECK_EQ(counters.lost, 0u);
  CHECK_EQ(counters.reordered, 1u);
}

TEST("sequence window: numbers of every width count alike under loss, reordering and duplication") {
  for (const unsigned width : {1u, 2u, 3u, 4u, 8u}) {
    std::mt19937_64 random(width);
    SequenceWindow window(width);
    Counters counters;
    std::uint64_t dropped = 0;
    std::uint64_t doubled = 0;
    std::uint64_t accepted = 0;
    std::uint64_t highest = 0;
    for (std::uint64_t base = 0; base < 100'000; base += 8) {
      std::array<std::uint64_t, 8> block{};
      for (std::uint64_t i = 0; i < 8; ++i) block[i] = base + i;
      std::shuffle(block.begin(), block.end(), random);
      for (const std::uint64_t number : block) {
        // The very last one arrives, so that every gap is seen.
        if (random() % 50 == 0 && number < 99'999) {
          ++dropped;
          continue;
        }
        std::array<std::uint8_t, 8> wire{};
        xr::write_sequence(wire.data(), number, width);
        accepted += window.accept(xr::read_sequence(wire.data(), width), counters);
        highest = std::max(highest, number);
        if (random() % 50 == 0) {
          ++doubled;
          CHECK(!window.accept(xr::read_sequence(wire.data(), width), counters));
        }
      }
    }
    CHECK_EQ(counters.lost, dropped);
    CHECK_EQ(counters.duplicates, doubled);
    CHECK_EQ(accepted + dropped, highest + 1);
    CHECK(counters.reordered > 0);
  }
}

TEST("sequence window: a gap wider than the window is a loss of its length") {
  SequenceWindow window(8);
  Counters counters;
  window.accept(0, counters);
  window.accept(1'000'000, counters);
  CHECK_EQ(counters.lost, 999'999u);
  CHECK(!window.accept(1'000'000, counters));
  CHECK(window.accept(999'999, counters));
  CHECK_EQ(counters.reordered, 1u);
}

}  // namespace
