#include "workload/pacer.h"

#include "measure/clock.h"
#include "test/hand_clock.h"
#include "test/test.h"
#include "transport/endpoint_spec.h"

namespace {

using xr::test::HandClock;

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

TEST("pacer: of senders that share a rate each begins at its own time, and keeps it") {
  const StepClock clock;
  const xr::StopFlag stop;
  // 1,000 bytes every 20 us, of which three quarters of a message are over already for the others.
  xr::Pacer<StepClock> pacer(clock, 400'000'000);
  const std::uint64_t began = clock.now();
  pacer.start(began, 750);
  for (std::uint64_t sent = 0; sent <= 1000; ++sent) {
    const std::uint64_t due = began + 15 * xr::kNsPerUs + sent * 20 * xr::kNsPerUs;
    const std::uint64_t departs = pacer.wait(stop);
    CHECK(departs >= due);
    CHECK(departs < due + StepClock::kStepNs);
    pacer.sent(1000);
  }
  CHECK_EQ(pacer.forgiven_bytes(), 0u);
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

TEST("pacer: a share of less than a bit per second is a rate, not the lack of one") {
  xr::EndpointSpec spec;
  spec.stream.streams = 64;
  spec.stream.rate_bits_per_sec = 40;
  CHECK_EQ(spec.rate_of_link(), 0.625);
  HandClock::time_ns = 1;
  xr::Pacer<HandClock> pacer(HandClock{}, spec.rate_of_link());
  CHECK(pacer.limits());
  CHECK_EQ(pacer.messages_within(100'000, 1400), 1u);
  xr::StopFlag stop;
  pacer.start(1);
  // A byte takes 12.8 s.
  pacer.sent(1);
  HandClock::time_ns = 1 + 12'800'000'000 - 1;
  stop.set();
  CHECK_EQ(pacer.wait(stop), HandClock::time_ns);
  HandClock::time_ns += 1;
  CHECK_EQ(pacer.wait(xr::StopFlag{}), HandClock::time_ns);
}

TEST("pacer: no rounding of a message moves the rate") {
  HandClock::time_ns = 0;
  // Three bytes a nanosecond: a message of one byte takes a third of one.
  xr::Pacer<HandClock> pacer(HandClock{}, 24e9);
  pacer.start(0);
  for (int i = 0; i < 3'000'000; ++i) pacer.sent(1);
  HandClock::time_ns = 1'000'000;
  CHECK_EQ(pacer.wait(xr::StopFlag{}), 1'000'000u);
}

TEST("pacer: what is forgiven after a lag is counted, and what is caught up is not") {
  xr::Pacer<HandClock> pacer(HandClock{}, 8e6);
  HandClock::time_ns = 0;
  pacer.start(0);
  // A byte takes a microsecond.
  HandClock::time_ns = 9'000'000;
  pacer.sent(1000);
  CHECK_EQ(pacer.forgiven_bytes(), 0u);
  HandClock::time_ns = 22'000'000;
  pacer.sent(1000);
  CHECK_EQ(pacer.forgiven_bytes(), 20'000u);
  HandClock::time_ns = 23'000'000;
  pacer.sent(1000);
  CHECK_EQ(pacer.forgiven_bytes(), 20'000u);
}

}  // namespace
