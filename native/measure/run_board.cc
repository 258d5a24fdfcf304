#include "measure/run_board.h"

#include <algorithm>
#include <utility>

#include "measure/monotonic.h"
#include "measure/softirq.h"

namespace xr {
namespace {

constexpr std::uint64_t kFurthestNs = 600 * kNsPerSec;

template <class Clock>
Window window_on(const Clock& clock, const PhaseSpec& phases, std::uint64_t ahead_ns,
                 std::uint64_t now) noexcept {
  Window window;
  window.start = now + clock.from_ns(ahead_ns);
  window.end = phases.duration_ns == 0 ? kNever : window.start + clock.from_ns(phases.duration_ns);
  window.interval = std::max<std::uint64_t>(1, clock.from_ns(phases.interval_ns));
  window.ns_per_tick_q32 = clock.slope();
  return window;
}

}  // namespace

RunBoard::RunBoard(const PhaseSpec& phases) : phases_(phases), origin_(read_clock_pair()) {
  for (auto& end : early_ends_) end.store(kNever, std::memory_order_relaxed);
}

bool RunBoard::schedule(std::uint32_t version, std::uint64_t start_ns) noexcept {
  if (version == 0 || version > kMostVersions) return false;
  // One that came too late to this end may have got to the other: numbers are left out.
  if (version <= version_.load(std::memory_order_relaxed)) return false;
  read_softirq_begin();
  const bool counter = choose_clock_source() == ClockSource::kCounter;
  const MonotonicPair now = counter ? read_monotonic_pair<CounterClock>()
                                    : read_monotonic_pair<RawClock>();
  if (start_ns < now.monotonic_ns + kLeastLeadNs) return false;
  const std::uint64_t ahead_ns = start_ns - now.monotonic_ns;
  if (ahead_ns > kFurthestNs) return false;
  Window window = counter ? window_on(CounterClock(origin_), phases_, ahead_ns, now.ticks)
                   : window_on(RawClock(), phases_, ahead_ns, now.ticks);
  window.version = version;
  name(window);
  return true;
}

void RunBoard::name(const Window& window) noexcept {
  windows_[window.version] = window;
  version_.store(window.version, std::memory_order_release);
}

RunBoard::Standing RunBoard::standing() const noexcept {
  Standing sum;
  sum.phase = Phase::kDone;
  bool any = false;
  for (const Cell& cell : cells_) {
    const Phase phase = cell.phase_.load(std::memory_order_relaxed);
    if (phase == Phase::kIdle) continue;
    any = true;
    sum.phase = std::min(sum.phase, phase);
    sum.messages += cell.messages_.load(std::memory_order_relaxed);
    sum.bytes += cell.bytes_.load(std::memory_order_relaxed);
    sum.lost += cell.lost_.load(std::memory_order_relaxed);
  }
  if (!any) sum.phase = Phase::kIdle;
  sum.through = announced_.load(std::memory_order_acquire);
  return sum;
}

void RunBoard::open(unsigned first_decider, unsigned deciders,
                    std::function<void()> on_measured) {
  first_decider_ = first_decider;
  deciders_ = deciders;
  on_measured_ = std::move(on_measured);
}

std::int64_t RunBoard::softirq_ns() const noexcept {
  const std::int64_t begin = softirq_begin_ns_.load();
  const std::int64_t end = softirq_end_ns_.load();
  if (begin < 0) return -1;
  if (end >= 0) return end - begin;
  const std::int64_t now = softirq_total_ns();
  return now < 0 ? -1 : now - begin;
}

void RunBoard::read_softirq_begin() noexcept { softirq_begin_ns_.store(softirq_total_ns()); }

void RunBoard::begun(unsigned link, std::uint32_t version, std::uint64_t attempts) noexcept {
  Cell& cell = cells_[link];
  cell.base_.store(attempts, std::memory_order_relaxed);
  cell.begun_.store(version, std::memory_order_release);
}

void RunBoard::through(unsigned link, std::uint32_t version) noexcept {
  cells_[link].through_.store(version);
  unsigned count = 0;
  for (const Cell& cell : cells_) count += cell.through_.load() == version ? 1 : 0;
  if (count < deciders_) return;
  // Two that come last at once both see that all are there.
  for (std::uint32_t last = announced_.load(); last < version;) {
    if (!announced_.compare_exchange_weak(last, version)) continue;
    softirq_end_ns_.store(softirq_total_ns());
    if (on_measured_) on_measured_();
    return;
  }
}

std::uint64_t RunBoard::attempts(std::uint32_t version) const noexcept {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) {
    if (cell.begun_.load(std::memory_order_acquire) != version) continue;
    sum += cell.messages_.load(std::memory_order_relaxed) +
           cell.lost_.load(std::memory_order_relaxed) - cell.base_.load(std::memory_order_relaxed);
  }
  return sum;
}

std::uint64_t RunBoard::moved(unsigned other_than, bool all) const noexcept {
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < kMostLinks; ++i) {
    const Cell& cell = cells_[i];
    if (i == other_than) continue;
    if (!all && cell.phase_.load(std::memory_order_relaxed) == Phase::kIdle) continue;
    sum += cell.messages_.load(std::memory_order_relaxed) +
           cell.bytes_.load(std::memory_order_relaxed) +
           cell.lost_.load(std::memory_order_relaxed);
  }
  return sum;
}

void RunBoard::end_early(std::uint32_t version, std::uint64_t end) noexcept {
  std::uint64_t never = kNever;
  early_ends_[version].compare_exchange_strong(never, end);
}

}  // namespace xr
