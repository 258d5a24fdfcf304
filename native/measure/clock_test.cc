#include "measure/clock.h"

#include "measure/clock_source.h"
#include "test/test.h"

namespace {

TEST("clock: the counter's nanoseconds agree with CLOCK_MONOTONIC_RAW") {
  const xr::ClockPair origin = xr::read_clock_pair();
  xr::wait_for_slope(origin);
  const xr::CounterClock clock(origin);
  const xr::ClockPair from = xr::read_clock_pair();
  xr::wait_for_slope(from);
  const xr::ClockPair to = xr::read_clock_pair();
  const double by_counter = static_cast<double>(clock.to_ns(to.ticks - from.ticks));
  const double by_kernel = static_cast<double>(to.raw_ns - from.raw_ns);
  // A thousandth: far more than the slope's error, far less than a wrong unit.
  CHECK(by_counter > by_kernel * 0.999 && by_counter < by_kernel * 1.001);
}

TEST("clock: conversion there and back differs by rounding only") {
  const xr::ClockPair origin = xr::read_clock_pair();
  xr::wait_for_slope(origin);
  const xr::CounterClock clock(origin);
  for (std::uint64_t ns = 1; ns < std::uint64_t{1} << 52; ns = ns * 3 + 1) {
    const std::uint64_t back = clock.to_ns(clock.from_ns(ns));
    CHECK(back <= ns && ns - back <= 1 + ns / 1'000'000'000);
  }
}

TEST("clock: it never goes back") {
  std::uint64_t last = xr::read_counter();
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t now = xr::read_counter();
    CHECK(now >= last);
    last = now;
  }
}

/// Nanoseconds per tick from one instant to another.
double slope(const xr::ClockPair& from, const xr::ClockPair& to) {
  return static_cast<double>(to.raw_ns - from.raw_ns) / static_cast<double>(to.ticks - from.ticks);
}

double slope_of(const xr::CounterClock& clock) {
  constexpr std::uint64_t kTicks = std::uint64_t{1} << 40;
  return static_cast<double>(clock.to_ns(kTicks)) / static_cast<double>(kTicks);
}

/// An origin that lies a second further back on one of the clocks: the slope since then falls as
/// time goes by, from far above the true one, so that it tells when it was taken.
xr::ClockPair crooked_origin() {
  xr::ClockPair origin = xr::read_clock_pair();
  origin.raw_ns -= xr::kNsPerSec;
  return origin;
}

TEST("clock: the slope is that of both clocks from the origin until it is taken, and then stays") {
  const xr::ClockPair origin = crooked_origin();
  const xr::ClockPair started = xr::read_clock_pair();
  xr::wait_for_slope(started);
  const xr::ClockPair before = xr::read_clock_pair();
  xr::CounterClock clock(origin);
  const xr::ClockPair after = xr::read_clock_pair();
  const double taken = slope_of(clock);
  CHECK(taken <= slope(origin, before) && taken >= slope(origin, after));
  xr::wait_for_slope(after);
  CHECK_EQ(slope_of(clock), taken);
}

TEST("clock: refining takes the slope anew, and the drift says how far it was off") {
  const xr::ClockPair origin = crooked_origin();
  xr::wait_for_slope(xr::read_clock_pair());
  xr::CounterClock clock(origin);
  const double first = slope_of(clock);
  xr::wait_for_slope(xr::read_clock_pair());
  const xr::ClockPair before = xr::read_clock_pair();
  const double drift = clock.drift_ppm();
  const xr::ClockPair between = xr::read_clock_pair();
  clock.refine();
  const xr::ClockPair after = xr::read_clock_pair();
  CHECK(drift >= (first / slope(origin, before) - 1) * 1e6 - 1);
  CHECK(drift <= (first / slope(origin, between) - 1) * 1e6 + 1);
  const double second = slope_of(clock);
  CHECK(second <= slope(origin, between) && second >= slope(origin, after));
  CHECK(second < first);
}

TEST("clock: a week is converted without overflow") {
  const xr::ClockPair origin = xr::read_clock_pair();
  xr::wait_for_slope(origin);
  const xr::CounterClock clock(origin);
  constexpr std::uint64_t kWeekNs = std::uint64_t{7 * 24 * 3600} * xr::kNsPerSec;
  const std::uint64_t back = clock.to_ns(clock.from_ns(kWeekNs));
  CHECK(back <= kWeekNs && kWeekNs - back < xr::kNsPerMs);
}

}  // namespace
