#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>

#include "base/units.h"
#include "measure/clock_source.h"
#include "measure/phase_spec.h"
#include "measure/window.h"

namespace xr {

enum class Phase : std::uint32_t { kIdle = 0, kWarmup = 1, kMeasure = 2, kDone = 3 };

/// Where the links of one end and whoever directs them meet. A deciding link shows its counts in a
/// cache line of its own; the director reads the sum of them and names the window. Fixed memory, no
/// locks.
class RunBoard {
 public:
  static constexpr unsigned kMostLinks = 128;
  static constexpr std::uint32_t kMostVersions = 15;
  /// A window must be named so long before it begins: longer than a link looks away.
  static constexpr std::uint64_t kLeastLeadNs = 10 * kNsPerMs;

  /// What one link shows: one that decides all that it counts, the others at their edges. One
  /// writer.
  class alignas(kCacheLineBytes) Cell {
   public:
    void phase(Phase value) noexcept { phase_.store(value, std::memory_order_relaxed); }
    void counts(std::uint64_t messages, std::uint64_t bytes, std::uint64_t lost) noexcept {
      messages_.store(messages, std::memory_order_relaxed);
      bytes_.store(bytes, std::memory_order_relaxed);
      lost_.store(lost, std::memory_order_relaxed);
    }

   private:
    friend class RunBoard;
    std::atomic<std::uint64_t> messages_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> lost_{0};
    /// Attempts before the measured phase, and the version it is of.
    std::atomic<std::uint64_t> base_{0};
    std::atomic<std::uint32_t> begun_{0};
    std::atomic<std::uint32_t> through_{0};
    std::atomic<Phase> phase_{Phase::kIdle};
  };

  /// The sum over the deciding links.
  struct Standing {
    Phase phase = Phase::kIdle;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t lost = 0;
    /// The newest window that all of them are through with.
    std::uint32_t through = 0;
  };

  explicit RunBoard(const PhaseSpec& phases);
  RunBoard(const RunBoard&) = delete;
  RunBoard& operator=(const RunBoard&) = delete;

  // Of the director, any thread.

  /// Before the run: links wait for a window that is named to them, and go on when they are through
  /// with it. Otherwise each link ends its own warm-up, and its loop with its measured phase.
  void direct() noexcept { directed_ = true; }
  /// Names the window. `start_ns` is of CLOCK_MONOTONIC. False when that is not far enough ahead
  /// (or further than ten minutes), or `version` is not a newer one: then nothing has changed.
  bool schedule(std::uint32_t version, std::uint64_t start_ns) noexcept;
  /// The same with a window in ticks, for which the caller vouches.
  void name(const Window& window) noexcept;
  Standing standing() const noexcept;

  // Of the run.

  /// `on_measured` is called on one of the threads, as soon as all deciding links are through with
  /// a window; for each version at most once.
  void open(unsigned first_decider, unsigned deciders, std::function<void()> on_measured);
  /// Soft-interrupt time of the whole machine over the measured phase, ns; -1 = unknown.
  std::int64_t softirq_ns() const noexcept;

  // Of the links.

  bool directed() const noexcept { return directed_; }
  unsigned deciders() const noexcept { return deciders_; }
  unsigned first_decider() const noexcept { return first_decider_; }
  Cell& cell(unsigned link) noexcept { return cells_[link]; }
  std::uint32_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  const Window& window(std::uint32_t version) const noexcept { return windows_[version]; }
  /// Takes milliseconds on a large machine: only where nothing is measured.
  void read_softirq_begin() noexcept;
  void begun(unsigned link, std::uint32_t version, std::uint64_t attempts) noexcept;
  void through(unsigned link, std::uint32_t version) noexcept;
  /// Attempts of all links since the window began.
  std::uint64_t attempts(std::uint32_t version) const noexcept;
  /// Where iterations decide: the end, once one link has found the sum reached.
  std::uint64_t early_end(std::uint32_t version) const noexcept {
    return early_ends_[version].load(std::memory_order_acquire);
  }
  void end_early(std::uint32_t version, std::uint64_t end) noexcept;
  /// Changes whenever another link than this one has shown that it moved; of those that decide, or
  /// of all. Looks at each cell: not for what is done per message.
  std::uint64_t moved(unsigned other_than, bool all) const noexcept;

 private:
  std::array<Cell, kMostLinks> cells_;
  std::array<Window, kMostVersions + 1> windows_{};
  std::array<std::atomic<std::uint64_t>, kMostVersions + 1> early_ends_;
  std::atomic<std::uint32_t> version_{0};
  std::atomic<std::uint32_t> announced_{0};
  std::atomic<std::int64_t> softirq_begin_ns_{-1};
  std::atomic<std::int64_t> softirq_end_ns_{-1};
  std::function<void()> on_measured_;
  PhaseSpec phases_;
  ClockPair origin_;
  bool directed_ = false;
  unsigned first_decider_ = 0;
  unsigned deciders_ = 0;
};

}  // namespace xr
