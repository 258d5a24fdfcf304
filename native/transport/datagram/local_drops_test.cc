#include "transport/datagram/local_drops.h"

#include <vector>

#include "test/test.h"
#include "transport/datagram/sequence_window.h"

namespace {

using xr::Counters;
using xr::LocalDrops;

struct Arrival {
  std::uint64_t number;
  std::uint32_t dropped_buffers;
};

Counters after(std::uint64_t most_per_buffer, const std::vector<Arrival>& arrivals) {
  LocalDrops drops;
  drops.saw_buffer(1);
  drops.saw_buffer(most_per_buffer);
  drops.saw_buffer(1);
  xr::SequenceWindow window(8);
  Counters counters;
  for (const auto& [number, dropped_buffers] : arrivals) {
    const std::uint64_t lost_before = counters.lost;
    window.accept(number, counters);
    drops.account(dropped_buffers, lost_before, counters);
  }
  return counters;
}

TEST("local drops: a gap across which nothing was dropped here is the network's") {
  CHECK_EQ(after(1, {{0, 0}, {5, 0}}).local_drops, 0u);
  CHECK_EQ(after(64, {{0, 3}, {5, 3}}).local_drops, 0u);
}

TEST("local drops: without merging each buffer is one message") {
  const Counters counters = after(1, {{0, 0}, {10, 4}});
  CHECK_EQ(counters.lost, 9u);
  CHECK_EQ(counters.local_drops, 4u);
}

TEST("local drops: a merged buffer is as many messages as the gap shows, and no more than it holds") {
  CHECK_EQ(after(3, {{0, 0}, {4, 1}}).local_drops, 3u);
  CHECK_EQ(after(3, {{0, 0}, {3, 1}}).local_drops, 2u);
  const Counters counters = after(3, {{0, 0}, {10, 2}});
  CHECK_EQ(counters.lost, 9u);
  CHECK_EQ(counters.local_drops, 6u);
}

TEST("local drops: a gap is not all local because one buffer was dropped across it") {
  // Merging is possible, and did not happen.
  const Counters counters = after(1, {{0, 0}, {42, 1}});
  CHECK_EQ(counters.lost, 41u);
  CHECK_EQ(counters.local_drops, 1u);
}

TEST("local drops: those before the first message that came count") {
  CHECK_EQ(after(1, {{7, 7}}).local_drops, 7u);
}

TEST("local drops: the kernel's number wraps round") {
  LocalDrops drops;
  Counters counters;
  constexpr std::uint64_t kMany = 0xffff'ffff;
  counters.lost = kMany;
  drops.account(kMany, 0, counters);
  CHECK_EQ(counters.local_drops, kMany);
  counters.lost += 10;
  drops.account(2, kMany, counters);
  CHECK_EQ(counters.local_drops, kMany + 3);
}

TEST("local drops: one that was late, and then dropped here, belongs to the hole that it left") {
  // 1 was overtaken by 2, and dropped on arrival.
  const Counters counters = after(1, {{0, 0}, {2, 0}, {3, 1}});
  CHECK_EQ(counters.lost, 1u);
  CHECK_EQ(counters.local_drops, 1u);
}

TEST("local drops: a dropped duplicate is nobody's loss") {
  CHECK_EQ(after(1, {{0, 0}, {1, 1}, {2, 1}, {4, 1}}).local_drops, 0u);
}

TEST("local drops: never more than what is lost, also when a hole closes") {
  const Counters counters = after(3, {{0, 0}, {4, 1}, {3, 1}, {2, 1}});
  CHECK_EQ(counters.lost, 1u);
  CHECK_EQ(counters.local_drops, 1u);
}

}  // namespace
