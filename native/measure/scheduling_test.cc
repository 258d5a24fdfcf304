#include "measure/scheduling.h"

#include <atomic>
#include <thread>

#include "measure/thread_setup.h"
#include "test/test.h"

namespace {

TEST("scheduling: what a thread waits for a CPU that another has is its run delay") {
  std::optional<xr::SchedulingShare> share;
  std::atomic<bool> waiting{false};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> turns{0};
  std::thread measured([&] {
    xr::set_up_thread("measured", 0);
    const auto begin = xr::Scheduling::of_this_thread();
    waiting = true;
    // Both want CPU 0: each turn of the other is one that this thread waits for.
    while (turns < 1'000'000) {
    }
    share = xr::scheduling_between(begin, xr::Scheduling::of_this_thread());
    stop = true;
  });
  std::thread other([&] {
    xr::set_up_thread("other", 0);
    while (!waiting) std::this_thread::yield();
    while (!stop) turns.fetch_add(1, std::memory_order_relaxed);
  });
  measured.join();
  other.join();
  if (!share) throw xr::test::Skipped("this kernel keeps no account of run delay (schedstat)");
  CHECK(share->run_delay_ns > 0);
  // Some of both may fall outside of the readings of the clock, but no more than a little.
  CHECK(share->on_cpu_ns + share->run_delay_ns <= share->wall_ns + share->wall_ns / 10);
}

TEST("scheduling: nothing comes of one reading, or of readings that ran backwards") {
  const xr::Scheduling early{1'000, 500, 50};
  const xr::Scheduling late{2'000, 900, 60};
  CHECK(!xr::scheduling_between({}, late));
  CHECK(!xr::scheduling_between(early, {}));
  CHECK(!xr::scheduling_between(late, early));
  const auto share = xr::scheduling_between(early, late);
  CHECK(share.has_value());
  CHECK_EQ(share->wall_ns, 1'000u);
  CHECK_EQ(share->on_cpu_ns, 400u);
  CHECK_EQ(share->run_delay_ns, 10u);
}

}  // namespace
