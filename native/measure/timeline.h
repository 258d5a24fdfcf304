#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/units.h"
#include "measure/histogram.h"
#include "measure/mark_series.h"
#include "measure/progress.h"
#include "measure/softirq.h"
#include "measure/steadiness.h"

namespace xr {

/// How long to warm up and to measure; zero means "not by this".
struct PhaseSpec {
  std::uint64_t warmup_cap_ns = 0;
  std::uint64_t duration_ns = 0;
  std::uint64_t iterations = 0;
  std::uint64_t interval_ns = kNsPerSec;
};

enum class WarmupEnd { kNone, kSteady, kCap };

/// The phases of a link that decides over them (initiator, receiver): warm-up, measuring in
/// intervals, done. The loop compares its clock with `next_edge()` and its attempts with
/// `target()`, both plain loads, and calls `on_edge` only there.
template <class Clock>
class Timeline {
 public:
  Timeline(const Clock& clock, const PhaseSpec& spec, Histogram* histogram, Progress progress)
      : clock_(clock),
        spec_(spec),
        histogram_(histogram),
        progress_(progress),
        series_(histogram != nullptr) {}

  const Clock& clock() const noexcept { return clock_; }
  std::uint64_t next_edge() const noexcept { return next_edge_; }
  std::uint64_t target() const noexcept { return target_; }

  void start(std::uint64_t now, const Counters& counters) noexcept {
    origin_ = now;
    if (spec_.warmup_cap_ns == 0) {
      begin_measuring(now, counters);
      return;
    }
    progress_.phase(Phase::kWarmup);
    window_ticks_ =
        clock_.from_ns(std::clamp(spec_.warmup_cap_ns / 10, 10 * kNsPerMs, 100 * kNsPerMs));
    window_began_with_ = counters.messages;
    next_edge_ = now + window_ticks_;
  }

  /// False when the run is over.
  bool on_edge(std::uint64_t now, const Counters& counters) noexcept {
    if (!measuring_) {
      warm_up_further(now, counters);
      return true;
    }
    const bool over = attempts(counters) >= target_ || now >= end_;
    add_mark(now, counters);
    if (over) {
      finished_ = true;
      return false;
    }
    if (series_.halve_if_full()) interval_ticks_ *= 2;
    schedule_interval(now);
    return true;
  }

  /// Keeps what there is when a run ends before its time. Harmless after a regular end.
  void finish(std::uint64_t now, const Counters& counters) noexcept {
    if (measuring_ && !finished_ && !series_.marks().empty()) add_mark(now, counters);
    if (measuring_) softirq_end_ns_ = softirq_total_ns();
    finished_ = true;
    progress_.phase(Phase::kDone);
  }

  bool measured() const noexcept { return measuring_; }
  const MarkSeries& series() const noexcept { return series_; }
  std::uint64_t warmup_ns() const noexcept { return warmup_ns_; }
  WarmupEnd warmup_end() const noexcept { return warmup_end_; }
  Progress& progress() noexcept { return progress_; }
  /// Soft-interrupt time of the whole machine while this link measured, ns; -1 = unknown.
  std::int64_t softirq_ns() const noexcept {
    return softirq_begin_ns_ < 0 || softirq_end_ns_ < 0 ? -1 : softirq_end_ns_ - softirq_begin_ns_;
  }

  /// Answered or not: a lost message is an attempt as well.
  static std::uint64_t attempts(const Counters& counters) noexcept {
    return counters.messages + counters.lost;
  }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  void warm_up_further(std::uint64_t now, const Counters& counters) noexcept {
    const bool steady = steadiness_.window_agrees(counters.messages - window_began_with_);
    window_began_with_ = counters.messages;
    warmup_ns_ = clock_.to_ns(now - origin_);
    if (!steady && warmup_ns_ < spec_.warmup_cap_ns) {
      next_edge_ = now + window_ticks_;
      return;
    }
    warmup_end_ = steady ? WarmupEnd::kSteady : WarmupEnd::kCap;
    begin_measuring(now, counters);
  }

  void begin_measuring(std::uint64_t now, const Counters& counters) noexcept {
    // By now the slope rests on the whole warm-up; from here on it must not change, or intervals
    // would not add up.
    clock_.refine();
    measuring_ = true;
    interval_ticks_ = std::max<std::uint64_t>(1, clock_.from_ns(spec_.interval_ns));
    end_ = spec_.duration_ns == 0 ? kNever : now + clock_.from_ns(spec_.duration_ns);
    target_ = spec_.iterations == 0 ? kNever : attempts(counters) + spec_.iterations;
    softirq_begin_ns_ = softirq_total_ns();
    add_mark(now, counters);
    schedule_interval(now);
    progress_.phase(Phase::kMeasure);
  }

  void schedule_interval(std::uint64_t now) noexcept {
    next_edge_ = std::min(end_, now + interval_ticks_);
  }

  void add_mark(std::uint64_t now, const Counters& counters) noexcept {
    series_.add({clock_.to_ns(now - origin_), counters, ThreadUsage::of_this_thread()}, histogram_);
  }

  Clock clock_;
  PhaseSpec spec_;
  Histogram* histogram_;
  Progress progress_;
  MarkSeries series_;
  Steadiness steadiness_;
  std::uint64_t origin_ = 0;
  std::uint64_t next_edge_ = kNever;
  std::uint64_t target_ = kNever;
  std::uint64_t end_ = kNever;
  std::uint64_t interval_ticks_ = 0;
  std::uint64_t window_ticks_ = 0;
  std::uint64_t window_began_with_ = 0;
  std::uint64_t warmup_ns_ = 0;
  WarmupEnd warmup_end_ = WarmupEnd::kNone;
  std::int64_t softirq_begin_ns_ = -1;
  std::int64_t softirq_end_ns_ = -1;
  bool measuring_ = false;
  bool finished_ = false;
};

/// Regular cumulative marks of a link that follows (responder, sender): the deciding end's counts
/// are looked up in them afterwards.
template <class Clock>
class Follower {
 public:
  explicit Follower(const Clock& clock)
      : clock_(clock), series_(false), period_ticks_(clock.from_ns(kPeriodNs)) {}

  const Clock& clock() const noexcept { return clock_; }
  std::uint64_t next_edge() const noexcept { return next_edge_; }

  void start(std::uint64_t now, const Counters& counters) noexcept {
    origin_ = now;
    on_edge(now, counters);
  }

  void on_edge(std::uint64_t now, const Counters& counters) noexcept {
    series_.add({clock_.to_ns(now - origin_), counters, ThreadUsage::of_this_thread()}, nullptr);
    if (series_.halve_if_full()) period_ticks_ *= 2;
    next_edge_ = now + period_ticks_;
  }

  const MarkSeries& series() const noexcept { return series_; }

 private:
  static constexpr std::uint64_t kPeriodNs = 25 * kNsPerMs;

  Clock clock_;
  MarkSeries series_;
  std::uint64_t origin_ = 0;
  std::uint64_t next_edge_ = 0;
  std::uint64_t period_ticks_;
};

}  // namespace xr
