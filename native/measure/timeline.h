#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/units.h"
#include "measure/histogram.h"
#include "measure/mark_series.h"
#include "measure/phase_spec.h"
#include "measure/run_board.h"
#include "measure/scheduling.h"
#include "measure/steadiness.h"
#include "measure/window.h"

namespace xr {

enum class WarmupEnd { kNone, kSteady, kCap };

/// The phases of a link: warm-up, the window, and what comes after it. The loop compares its clock
/// with `next_edge()` and its attempts with `target()`, both plain loads, and calls `on_edge` and
/// `on_target` only there.
///
/// What completes after an edge belongs behind it: the loop looks at the edge before it counts what
/// has just completed. A link that was blocked across several edges adds a mark for each, at the
/// edge's own time, for nothing happened in between.
template <class Clock>
class Timeline {
 public:
  /// A link that decides (initiator, receiver): it shows its counts on the board, and the run is
  /// measured when all of these are through.
  Timeline(const Clock& clock, const PhaseSpec& spec, Histogram* histogram, RunBoard& board,
           unsigned link)
      : Timeline(clock, spec, histogram, board, link, false) {}

  /// A link that follows (responder, sender): it meets the same window, and decides nothing.
  /// Without a director it has marks from its start to its end.
  static Timeline follower(const Clock& clock, const PhaseSpec& spec, RunBoard& board,
                           unsigned link) {
    return Timeline(clock, spec, nullptr, board, link, true);
  }

  /// True without a director: then a receiver's time begins with what arrives first.
  bool begins_with_arrival() const noexcept { return !board_.directed(); }
  const Clock& clock() const noexcept { return clock_; }
  const RunBoard& board() const noexcept { return board_; }
  unsigned link() const noexcept { return link_; }
  std::uint64_t next_edge() const noexcept { return next_edge_; }
  std::uint64_t target() const noexcept { return target_; }

  /// Besides the one that it has, a link may have so many histograms.
  static constexpr std::size_t kMostCompanions = 4;

  /// A further histogram whose snapshots are taken where those of the first are. One too many is
  /// left out.
  void take_along(Histogram& histogram, MarkSeries& series) noexcept {
    if (companion_count_ < kMostCompanions) companions_[companion_count_++] = {&histogram, &series};
  }

  void show(const Counters& counters) noexcept {
    board_.cell(link_).counts(counters.messages, counters.bytes, counters.lost);
  }

  /// The loop begins now.
  void start(const Counters& counters) noexcept {
    const bool at_once = !board_.directed() && (follows_ || spec_.warmup_cap_ns == 0);
    if (at_once && !follows_) board_.read_softirq_begin();
    if (at_once) scheduling_began_ = Scheduling::of_this_thread();
    origin_ = clock_.now();
    if (!follows_) board_.cell(link_).phase(Phase::kWarmup);
    if (at_once) {
      name_own(origin_);
      begin(counters);
      schedule_edge(origin_);
      return;
    }
    warmup_window_ticks_ =
        clock_.from_ns(std::clamp(spec_.warmup_cap_ns / 10, 10 * kNsPerMs, 100 * kNsPerMs));
    window_began_with_ = counters.messages;
    next_edge_ = origin_ + (board_.directed() ? poll_ticks() : warmup_window_ticks_);
  }

  /// Call where `now` has reached `next_edge()`, with the counts from before what has just
  /// completed. `link` has `refresh()` and `counters()`, which are asked for what costs a system
  /// call only where a mark is due. False when the loop is to end.
  template <class Link>
  bool on_edge(std::uint64_t now, const Counters& before, Link& link) noexcept {
    // Those that decide show each message.
    if (follows_) show(link.counters());
    if (board_.directed() && board_.version() != window_.version) {
      window_ = board_.window(board_.version());
      scheduling_began_.reset();
      stage_ = Stage::kWarmup;
      target_ = kNever;
    }
    switch (stage_) {
      case Stage::kWarmup: return warm_up(now, before, link);
      case Stage::kMeasure: return measure(now, before, link);
      case Stage::kThrough: next_edge_ = now + poll_ticks(); return true;
    }
    return false;
  }

  /// Call where the attempts have reached `target()`, with what has just completed counted and
  /// shown. False when the loop is to end.
  bool on_target(std::uint64_t now, const Counters& counters) noexcept {
    if (!shares_iterations()) {
      end_ = now;
      add_mark(now, counters);
      return pass_through(now);
    }
    const std::uint64_t total = spec_.iterations * board_.deciders();
    const std::uint64_t done = board_.attempts(window_.version);
    if (done >= total) {
      // A little ahead, so that all links meet it; where this thread has stood still since `now`,
      // the others have gone on.
      board_.end_early(window_.version, std::max(now, clock_.now()) + 2 * poll_ticks());
      end_ = board_.early_end(window_.version);
      target_ = kNever;
      schedule_edge(now);
      return true;
    }
    target_ = attempts(counters) + std::max<std::uint64_t>(1, (total - done) / share_divisor());
    return true;
  }

  /// Keeps what there is when a run ends before its time. Harmless after a regular end.
  void finish(std::uint64_t now, const Counters& counters) noexcept {
    // A sender may have waited for room since before its window began: in it, it sent nothing.
    if (follows_ && stage_ == Stage::kWarmup && board_.directed() && board_.version() != 0) {
      window_ = board_.window(board_.version());
      if (now >= window_.start) begin(counters);
    }
    if (stage_ == Stage::kMeasure) {
      add_marks_until(now, counters);
      if (stage_ == Stage::kMeasure && clock_.to_ns(now - window_.start) > last_mark_ns())
        add_mark(now, counters);
    }
    if (scheduling_began_ && !scheduling_ended_) scheduling_ended_ = Scheduling::of_this_thread();
    if (!follows_) board_.cell(link_).phase(Phase::kDone);
  }

  /// How the scheduler treated this thread from right before its window to right behind it.
  std::optional<SchedulingShare> scheduling() const noexcept {
    return scheduling_between(scheduling_began_, scheduling_ended_);
  }
  /// How many windows have begun: the last one counts.
  unsigned windows_begun() const noexcept { return windows_begun_; }
  /// Through with the window, by itself.
  bool is_through() const noexcept { return stage_ == Stage::kThrough; }
  const MarkSeries& series() const noexcept { return series_; }
  std::uint64_t warmup_ns() const noexcept { return warmup_ns_; }
  WarmupEnd warmup_end() const noexcept { return warmup_end_; }

  /// Answered or not: a lost message is an attempt as well.
  static std::uint64_t attempts(const Counters& counters) noexcept {
    return counters.messages + counters.lost;
  }

 private:
  struct Companion {
    Histogram* histogram;
    MarkSeries* series;
  };

  std::span<const Companion> companions() const noexcept {
    return {companions_.data(), companion_count_};
  }

  enum class Stage { kWarmup, kMeasure, kThrough };
  /// So often a link looks at the board: a fraction of the least lead of a window.
  static constexpr std::uint64_t kPollNs = 2 * kNsPerMs;
  /// Of a follower where the end is not known ahead.
  static constexpr std::uint64_t kFollowerIntervalNs = 25 * kNsPerMs;

  Timeline(const Clock& clock, const PhaseSpec& spec, Histogram* histogram, RunBoard& board,
           unsigned link, bool follows)
      : clock_(clock),
        spec_(spec),
        histogram_(histogram),
        board_(board),
        link_(link),
        follows_(follows),
        series_(histogram != nullptr) {}

  std::uint64_t poll_ticks() const noexcept { return clock_.from_ns(kPollNs); }
  bool shares_iterations() const noexcept {
    return board_.directed() && spec_.iterations != 0 && !follows_ && board_.deciders() > 1;
  }
  std::uint64_t share_divisor() const noexcept { return std::uint64_t{4} * board_.deciders(); }

  template <class Link>
  static Counters refreshed(const Counters& before, Link& link) noexcept {
    // What the link counts message by message is in `before` as the losses are that it belongs to.
    const Counters known = link.counters();
    link.refresh();
    Counters counters = before;
    for (const auto count : {&Counters::duplicates, &Counters::reordered, &Counters::local_drops,
                             &Counters::strangers})
      counters.*count += link.counters().*count - known.*count;
    return counters;
  }

  template <class Link>
  bool warm_up(std::uint64_t now, const Counters& before, Link& link) noexcept {
    if (window_.version == 0 && !board_.directed()) end_own_warmup(now, before);
    if (window_.version == 0) {
      next_edge_ = now + (board_.directed() ? poll_ticks() : warmup_window_ticks_);
      return true;
    }
    if (now < window_.start) {
      const bool is_last_look = window_.start - now <= poll_ticks();
      if (is_last_look && board_.directed() && link_ == board_.first_decider())
        board_.read_softirq_begin();
      if (is_last_look) scheduling_began_ = Scheduling::of_this_thread();
      next_edge_ = is_last_look ? window_.start : std::min(window_.start, now + poll_ticks());
      return true;
    }
    begin(refreshed(before, link));
    return measure(now, before, link);
  }

  /// Without a director: this link's own windows of warm-up.
  void end_own_warmup(std::uint64_t now, const Counters& counters) noexcept {
    const bool steady = steadiness_.window_agrees(counters.messages - window_began_with_);
    window_began_with_ = counters.messages;
    if (!steady && clock_.to_ns(now - origin_) < spec_.warmup_cap_ns) return;
    warmup_end_ = steady ? WarmupEnd::kSteady : WarmupEnd::kCap;
    board_.read_softirq_begin();
    scheduling_began_ = Scheduling::of_this_thread();
    // By now the slope rests on the whole warm-up.
    clock_.refine();
    name_own(now + poll_ticks());
  }

  void name_own(std::uint64_t start) noexcept {
    window_.version = 1;
    window_.start = start;
    window_.end =
        spec_.duration_ns == 0 || follows_ ? kNever : start + clock_.from_ns(spec_.duration_ns);
    window_.interval = std::max<std::uint64_t>(1, clock_.from_ns(spec_.interval_ns));
    window_.ns_per_tick_q32 = clock_.slope();
  }

  void begin(const Counters& before) noexcept {
    // From here on the slope must not change, or intervals would not add up.
    clock_.take_slope(window_.ns_per_tick_q32);
    stage_ = Stage::kMeasure;
    ++windows_begun_;
    // One that was blocked did not look before.
    if (!scheduling_began_) scheduling_began_ = Scheduling::of_this_thread();
    scheduling_ended_.reset();
    end_ = window_.end;
    interval_ticks_ =
        follows_ && end_ == kNever ? clock_.from_ns(kFollowerIntervalNs) : window_.interval;
    warmup_ns_ = clock_.to_ns(window_.start - std::min(window_.start, origin_));
    series_.clear();
    for (const Companion& one : companions()) one.series->clear();
    add_mark(window_.start, before);
    next_interval_ = interval_edge(1);
    if (follows_) return;
    board_.begun(link_, window_.version, attempts(before));
    board_.cell(link_).phase(Phase::kMeasure);
    if (spec_.iterations == 0) return;
    const std::uint64_t share =
        shares_iterations()
            ? std::max<std::uint64_t>(1, spec_.iterations * board_.deciders() / share_divisor())
            : spec_.iterations;
    target_ = attempts(before) + share;
  }

  template <class Link>
  bool measure(std::uint64_t now, const Counters& before, Link& link) noexcept {
    if (shares_iterations()) end_ = board_.early_end(window_.version);
    if (now >= std::min(next_interval_, end_)) add_marks_until(now, refreshed(before, link));
    if (stage_ == Stage::kThrough) return pass_through(now);
    schedule_edge(now);
    return true;
  }

  /// Where a thread has stood still, several edges have passed: one system call is for all of them.
  void add_marks_until(std::uint64_t now, const Counters& before) noexcept {
    for (std::optional<ThreadUsage> usage;;) {
      const std::uint64_t edge = std::min(next_interval_, end_);
      if (now < edge) return;
      if (!usage) usage = ThreadUsage::of_this_thread();
      const bool is_end = edge == end_;
      // An end that is named late may lie behind what is marked already: what is marked stays.
      if (!is_end || clock_.to_ns(edge - window_.start) > last_mark_ns())
        add_mark(edge, before, *usage);
      if (is_end) {
        stage_ = Stage::kThrough;
        return;
      }
      const bool halved = series_.halve_if_full();
      if (halved) {
        interval_ticks_ *= 2;
        for (const Companion& one : companions()) one.series->halve_if_full();
      }
      next_interval_ = interval_edge(series_.marks().size());
    }
  }

  /// Whole intervals can end a rounded tick before the window does, and that is no interval.
  std::uint64_t interval_edge(std::uint64_t count) const noexcept {
    const std::uint64_t edge = window_.start + count * interval_ticks_;
    return edge < end_ && end_ - edge < interval_ticks_ / 64 ? end_ : edge;
  }

  bool pass_through(std::uint64_t now) noexcept {
    stage_ = Stage::kThrough;
    scheduling_ended_ = Scheduling::of_this_thread();
    target_ = kNever;
    next_edge_ = now + poll_ticks();
    if (follows_) return true;
    board_.cell(link_).phase(Phase::kDone);
    board_.through(link_, window_.version);
    return board_.directed();
  }

  void schedule_edge(std::uint64_t now) noexcept {
    next_edge_ = std::min(end_, next_interval_);
    // A window that is named anew must be seen before it begins.
    if (board_.directed()) next_edge_ = std::min(next_edge_, now + poll_ticks());
  }

  std::uint64_t last_mark_ns() const noexcept { return series_.marks().back().time_ns; }

  void add_mark(std::uint64_t at, const Counters& counters,
                const ThreadUsage& usage = ThreadUsage::of_this_thread()) noexcept {
    const Mark mark{clock_.to_ns(at - window_.start), counters, usage};
    series_.add(mark, histogram_);
    for (const Companion& one : companions()) one.series->add(mark, one.histogram);
  }

  Clock clock_;
  PhaseSpec spec_;
  Histogram* histogram_;
  std::array<Companion, kMostCompanions> companions_{};
  std::size_t companion_count_ = 0;
  RunBoard& board_;
  unsigned link_;
  bool follows_;
  MarkSeries series_;
  Steadiness steadiness_;
  Window window_;
  Stage stage_ = Stage::kWarmup;
  std::uint64_t origin_ = 0;
  std::uint64_t next_edge_ = kNever;
  std::uint64_t target_ = kNever;
  std::uint64_t end_ = kNever;
  std::uint64_t next_interval_ = kNever;
  std::uint64_t interval_ticks_ = 0;
  std::uint64_t warmup_window_ticks_ = 0;
  std::uint64_t window_began_with_ = 0;
  std::uint64_t warmup_ns_ = 0;
  unsigned windows_begun_ = 0;
  WarmupEnd warmup_end_ = WarmupEnd::kNone;
  std::optional<Scheduling> scheduling_began_;
  std::optional<Scheduling> scheduling_ended_;
};

}  // namespace xr
