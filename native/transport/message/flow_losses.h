#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "transport/datagram/sequence_window.h"
#include "workload/message_link.h"

namespace xr {

/// What became of the messages of each flow where some may get lost, told by their numbers.
class FlowLosses {
 public:
  explicit FlowLosses(std::size_t flows) : counters_(flows), gaps_(flows) {}

  /// One that is whole. It may have been overtaken.
  void completed(std::uint32_t flow, std::uint64_t number) noexcept {
    Gap& gap = gaps_[flow];
    counters_[flow].messages += 1;
    if (number == gap.next) [[likely]] {
      gap.next += 1;
      return;
    }
    if (number > gap.next) {
      gap.missing += number - gap.next;
      gap.next = number + 1;
    } else if (gap.missing > 0) {
      gap.missing -= 1;
    }
    update(flow);
  }

  /// One of which some is missing, which does not come any more. Where its head has not come, its
  /// number is not known, and it is not told from one that is lost until a later one is there.
  void gave_up(std::uint32_t flow, std::optional<std::uint64_t> number) noexcept {
    counters_[flow].incomplete += 1;
    Gap& gap = gaps_[flow];
    if (number && *number >= gap.next) {
      gap.missing += *number + 1 - gap.next;
      gap.next = *number + 1;
    }
    update(flow);
  }

  /// Whether a peer can have got there: its numbers go up, and only so many are under way.
  bool can_come(std::uint32_t flow, std::uint64_t number) const noexcept {
    return number < gaps_[flow].next + SequenceWindow::kFarthest;
  }

  const FlowCounters& operator[](std::uint32_t flow) const noexcept { return counters_[flow]; }
  std::size_t size() const noexcept { return counters_.size(); }

 private:
  struct Gap {
    /// The number behind the highest one that was whole.
    std::uint64_t next = 0;
    /// Of those below, which were not.
    std::uint64_t missing = 0;
  };

  /// Of those that are missing, some are known to be incomplete.
  void update(std::uint32_t flow) noexcept {
    FlowCounters& counters = counters_[flow];
    counters.lost = gaps_[flow].missing - std::min(gaps_[flow].missing, counters.incomplete);
  }

  std::vector<FlowCounters> counters_;
  std::vector<Gap> gaps_;
};

}  // namespace xr
