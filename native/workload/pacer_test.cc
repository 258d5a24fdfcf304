#include "workload/pacer.h"

#include "measure/clock.h"
#include "test/test.h"

namespace {

/// A clock that moves by a microsecond at each reading, and so does not depend on the machine.
class StepClock {
 public:
  static constexpr std::uint64_t kStepNs = xr::kNsPerUs;
  std::uint64_t now() const noexcept { return time_ns += kStepNs; }
  std::uint64_t to_ns(std::uint64_t ticks) const noexcept { return ticks; }
  std::uint64_t from_ns(std::uint64_t ns) const noexcept { return ns; }
  static inline std::uint64_t time_ns = 0;
};

TEST("pacer: neither ahead of its schedule nor behind it") {
  const StepClock clock;
  const xr::StopFlag stop;
  // 1,000 bytes every 20 us: too soon to sleep for.
  xr::Pacer<StepClock> pacer(clock, 400'000'000);
  const std::uint64_t began = clock.now();
  pacer.start(began);
  for (std::uint64_t sent = 1; sent <= 10'000; ++sent) {
    pacer.sent(1000);
    const std::uint64_t due = began + sent * 20 * xr::kNsPerUs;
    const std::uint64_t departs = pacer.wait(stop);
    CHECK(departs >= due);
    CHECK(departs < due + StepClock::kStepNs);
  }
}

TEST("pacer: a sender that is late by less than is forgiven catches up, one by more does not") {
  const StepClock clock;
  const xr::StopFlag stop;
  for (const bool is_forgiven : {false, true}) {
    xr::Pacer<StepClock> pacer(clock, 400'000'000);
    const std::uint64_t began = clock.now();
    pacer.start(began);
    const std::uint64_t late_ns = (is_forgiven ? 11 : 9) * xr::kNsPerMs;
    StepClock::time_ns = began + late_ns;
    // Each round takes two steps of the clock: 500 of them catch up with 9 ms at 20 us each.
    std::uint64_t without_wait = 0;
    for (;;) {
      pacer.sent(1000);
      const std::uint64_t before = StepClock::time_ns;
      if (pacer.wait(stop) != before + StepClock::kStepNs) break;
      ++without_wait;
    }
    CHECK_EQ(without_wait, is_forgiven ? 1u : 500u);
  }
}

TEST("pacer: a stop ends a wait of any length") {
  const StepClock clock;
  xr::StopFlag stop;
  xr::Pacer<StepClock> pacer(clock, 1);
  pacer.start(clock.now());
  pacer.sent(1'000'000);
  stop.set();
  const std::uint64_t before = StepClock::time_ns;
  // One look at the clock, and no sleep.
  CHECK_EQ(pacer.wait(stop), before + StepClock::kStepNs);
}

TEST("pacer: a batch is at least one message") {
  const xr::Pacer<xr::RawClock> slow(xr::RawClock{}, 1);
  CHECK_EQ(slow.messages_within(100'000, 1400), 1u);
  const xr::Pacer<xr::RawClock> fast(xr::RawClock{}, 1'120'000'000);
  CHECK_EQ(fast.messages_within(100'000, 1400), 10u);
}

}  // namespace
