#pragma once

#include <algorithm>
#include <cstdint>

#include "measure/mark.h"

namespace xr {

/// Tells how many of the messages that a gap in the sequence shows were dropped by this end's own
/// socket. The kernel says with each datagram how many buffers it had dropped before (SO_RXQ_OVFL,
/// socket(7)), and a buffer may hold several datagrams that it had merged: a gap across which that
/// number rose is local, and counted in messages.
class LocalDrops {
 public:
  /// After each buffer that came: so many messages it held. What was dropped held no more than the
  /// fullest of those.
  void saw_buffer(std::uint64_t messages) noexcept { most_ = std::max(most_, messages); }

  /// After each message was counted: `dropped_buffers` as it came with it (it wraps round),
  /// `lost_before` as `counters.lost` was before. Updates `counters.local_drops`, which is never
  /// more than `counters.lost`.
  void account(std::uint32_t dropped_buffers, std::uint64_t lost_before,
               Counters& counters) noexcept {
    if (dropped_buffers == seen_ && counters.lost == lost_before) [[likely]]
      return;
    std::uint64_t buffers = static_cast<std::uint32_t>(dropped_buffers - seen_);
    seen_ = dropped_buffers;
    if (counters.lost > lost_before) {
      const std::uint64_t here = std::min(counters.lost - lost_before, buffers * most_);
      counters.local_drops += here;
      buffers -= std::min(buffers, here);
    }
    // The rest was late, and its hole is known; or a duplicate, which is nobody's loss.
    counters.local_drops = std::min(counters.local_drops + buffers, counters.lost);
  }

 private:
  std::uint64_t most_ = 1;
  std::uint32_t seen_ = 0;
};

}  // namespace xr
