#include "workload/pacer.h"

#include "measure/clock.h"
#include "test/test.h"

namespace {

TEST("pacer: never ahead of its schedule") {
  const xr::RawClock clock;
  xr::StopFlag stop;
  // 1,000 bytes a millisecond.
  xr::Pacer<xr::RawClock> pacer(clock, 8'000'000);
  const std::uint64_t began = clock.now();
  pacer.start(began);
  for (std::uint64_t sent = 1; sent <= 20; ++sent) {
    pacer.sent(1000);
    CHECK(pacer.wait(stop) - began >= sent * xr::kNsPerMs);
  }
}

TEST("pacer: a stop ends a wait of any length") {
  const xr::RawClock clock;
  xr::StopFlag stop;
  xr::Pacer<xr::RawClock> pacer(clock, 1);
  pacer.start(clock.now());
  pacer.sent(1'000'000);
  stop.set();
  pacer.wait(stop);
}

TEST("pacer: a batch is at least one message") {
  const xr::Pacer<xr::RawClock> slow(xr::RawClock{}, 1);
  CHECK_EQ(slow.messages_within(100'000, 1400), 1u);
  const xr::Pacer<xr::RawClock> fast(xr::RawClock{}, 1'120'000'000);
  CHECK_EQ(fast.messages_within(100'000, 1400), 10u);
}

}  // namespace
