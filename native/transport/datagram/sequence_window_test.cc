#include "transport/datagram/sequence_window.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

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

TEST("sequence window: of a gap, however wide, each number is new once, and those before it never") {
  constexpr std::uint64_t kWindow = 65'536;
  for (const std::uint64_t start : {std::uint64_t{0}, std::uint64_t{63}, kWindow - 1}) {
    for (const std::uint64_t gap : {std::uint64_t{1}, std::uint64_t{63}, std::uint64_t{64},
                                    std::uint64_t{65}, std::uint64_t{129}, kWindow - 1, kWindow}) {
      SequenceWindow window(8);
      Counters counters;
      const std::uint64_t first = kWindow + start;
      for (std::uint64_t i = 0; i < first; ++i) window.accept(i, counters);
      CHECK(window.accept(first + gap, counters));
      CHECK_EQ(counters.lost, gap);
      for (std::uint64_t back = 1; back < kWindow; ++back)
        CHECK_EQ(window.accept(first + gap - back, counters), back <= gap);
    }
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

TEST("sequence window: numbers that begin anywhere count like those from 0 on") {
  for (const unsigned width : {1u, 2u, 4u, 8u}) {
    // The last of them goes round.
    for (const std::uint64_t base :
         {std::uint64_t{1}, std::uint64_t{0x0123'4567'89ab'cdef}, ~std::uint64_t{0} - 50}) {
      SequenceWindow window(width, base);
      Counters counters;
      for (const std::uint64_t number : {0, 1, 3, 3, 2, 100}) {
        std::array<std::uint8_t, 8> wire{};
        xr::write_sequence(wire.data(), base + number, width);
        window.accept(xr::read_sequence(wire.data(), width), counters);
      }
      CHECK_EQ(counters.lost, 96u);
      CHECK_EQ(counters.duplicates, 1u);
      CHECK_EQ(counters.reordered, 1u);
      CHECK_EQ(counters.strangers, 0u);
    }
  }
}

TEST("sequence window: what nobody can have sent is a stranger's, and changes nothing else") {
  constexpr std::uint64_t kBase = 0x0123'4567'89ab'cdef;
  SequenceWindow window(8, kBase);
  Counters counters;
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(window.accept(kBase + i, counters));
  // From before the first, from behind all that can be under way, and from where others would
  // begin.
  const std::array<std::uint64_t, 5> foreign{kBase - 1, kBase - 70'000,
                                             kBase + 100 + SequenceWindow::kFarthest + 1,
                                             std::uint64_t{1} << 62, 0};
  for (const std::uint64_t number : foreign) CHECK(!window.accept(number, counters));
  CHECK_EQ(counters.strangers, foreign.size());
  for (std::uint64_t i = 100; i < 200; ++i) CHECK(window.accept(kBase + i, counters));
  CHECK_EQ(counters.lost + counters.duplicates + counters.reordered, 0u);
}

TEST("sequence window: nor was what is as old as that ever a duplicate") {
  SequenceWindow window(8);
  Counters counters;
  // As far as a peer may go at once, twice.
  CHECK(window.accept(SequenceWindow::kFarthest, counters));
  CHECK(window.accept(2 * SequenceWindow::kFarthest + 1, counters));
  CHECK_EQ(counters.strangers, 0u);
  CHECK(!window.accept(1, counters));
  CHECK_EQ(counters.strangers, 1u);
  CHECK(!window.accept(SequenceWindow::kFarthest + 2, counters));
  CHECK_EQ(counters.duplicates, 1u);
}

TEST("sequence window: of a number of four bytes some strangers are told, and each loss is bounded") {
  SequenceWindow window(4, 0x89ab'cdef);
  Counters counters;
  CHECK(window.accept(0x89ab'cdef, counters));
  CHECK(!window.accept((0x89ab'cdef + 0x7000'0000) & 0xffff'ffff, counters));
  CHECK_EQ(counters.strangers, 1u);
  CHECK_EQ(counters.lost, 0u);
}

constexpr std::uint64_t kWindow = 65'536;

TEST("sequence window: what is as old as the window is wide is still known, and not what is older") {
  SequenceWindow window(8);
  Counters counters;
  window.accept(0, counters);
  window.accept(kWindow + 1, counters);
  CHECK_EQ(counters.lost, kWindow);
  // The window holds the last 65,536 numbers, from 2 on.
  CHECK(window.accept(2, counters));
  CHECK_EQ(counters.reordered, 1u);
  CHECK_EQ(counters.lost, kWindow - 1);
  CHECK(!window.accept(2, counters));
  // Whether 1 came before cannot be told any more: it stays lost.
  CHECK(!window.accept(1, counters));
  CHECK(!window.accept(0, counters));
  CHECK_EQ(counters.duplicates, 3u);
  CHECK_EQ(counters.lost, kWindow - 1);
}

TEST("sequence window: nothing is left of what it held when a gap is as wide as it, or nearly") {
  for (const std::uint64_t gap : {kWindow - 1, kWindow, kWindow + 1}) {
    SequenceWindow window(8);
    Counters counters;
    // Every bit is set.
    for (std::uint64_t i = 0; i < kWindow; ++i) window.accept(i, counters);
    window.accept(kWindow + gap, counters);
    CHECK_EQ(counters.lost, gap);
    // All that is missing comes after all, as far back as it is known.
    std::uint64_t found = 0;
    for (std::uint64_t i = 0; i < gap; ++i) found += window.accept(kWindow + i, counters);
    CHECK_EQ(found, std::min(gap, kWindow - 1));
    CHECK_EQ(counters.reordered, found);
    CHECK_EQ(counters.lost, gap - found);
  }
}

TEST("sequence window: of a short number, losses are told up to half of what it counts") {
  for (const auto& [width, most] : {std::pair{1u, 127u}, std::pair{2u, 32'767u}}) {
    const auto after_gap = [&, bytes = width](std::uint64_t gap) {
      SequenceWindow window(bytes);
      Counters counters;
      const auto accept = [&](std::uint64_t number) {
        std::array<std::uint8_t, 8> wire{};
        xr::write_sequence(wire.data(), number, bytes);
        window.accept(xr::read_sequence(wire.data(), bytes), counters);
      };
      // Well beyond where the number wraps round.
      for (std::uint64_t i = 0; i < 70'000; ++i) accept(i);
      accept(70'000 + gap);
      return counters;
    };
    const Counters counters = after_gap(most);
    CHECK_EQ(counters.lost, most);
    CHECK_EQ(counters.duplicates, 0u);
    // One more looks like one that came before.
    const Counters beyond = after_gap(most + 1);
    CHECK_EQ(beyond.lost, 0u);
    CHECK_EQ(beyond.duplicates, 1u);
  }
}

}  // namespace
