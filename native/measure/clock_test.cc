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

}  // namespace
