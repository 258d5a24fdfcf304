#include "measure/recording_cost.h"

#include <algorithm>

#include "measure/clock_source.h"
#include "measure/histogram.h"

namespace xr {
namespace {

constexpr std::uint64_t kBlockRounds = 10'000;

template <class Clock>
std::uint64_t read_pairs(const Clock& clock, std::uint64_t rounds, volatile std::uint64_t& sink) {
  const std::uint64_t began = clock.now();
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const std::uint64_t sent = clock.now();
    const std::uint64_t received = clock.now();
    sink = received - sent;
  }
  return clock.now() - began;
}

template <class Clock>
std::uint64_t read_and_record(const Clock& clock, std::uint64_t rounds, Histogram& histogram) {
  const std::uint64_t began = clock.now();
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const std::uint64_t sent = clock.now();
    const std::uint64_t received = clock.now();
    histogram.record(clock.to_ns(received - sent));
  }
  return clock.now() - began;
}

template <class Clock>
RecordingCost measure(const Clock& clock, std::uint64_t rounds) {
  Histogram histogram;
  volatile std::uint64_t sink = 0;
  std::uint64_t pair_ticks = 0;
  std::uint64_t record_ticks = 0;
  std::uint64_t done = 0;
  while (done < rounds) {
    const std::uint64_t block = std::min(kBlockRounds, rounds - done);
    pair_ticks += read_pairs(clock, block, sink);
    record_ticks += read_and_record(clock, block, histogram);
    done += block;
  }
  const auto mean_ns = [&](std::uint64_t ticks) {
    return static_cast<double>(clock.to_ns(ticks)) / static_cast<double>(rounds);
  };
  return {mean_ns(pair_ticks), mean_ns(record_ticks),
          histogram.counts().size() * sizeof(std::uint64_t)};
}

}  // namespace

RecordingCost measure_recording_cost(std::uint64_t rounds) {
  const ClockPair origin = read_clock_pair();
  wait_for_slope(origin);
  return choose_clock_source() == ClockSource::kCounter ? measure(CounterClock{origin}, rounds)
                                                        : measure(RawClock{}, rounds);
}

}  // namespace xr
