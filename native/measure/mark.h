#pragma once

#include <cstdint>

#include "measure/thread_usage.h"

namespace xr {

/// Cumulative counts of one link. `messages` and `bytes` belong to the loop, the rest to the link.
struct Counters {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t reordered = 0;
  std::uint64_t late = 0;
  std::uint64_t local_drops = 0;
  /// Payload that a rate had offered and that was given up after a lag.
  std::uint64_t forgiven_bytes = 0;
  /// Datagrams that were none of the peer's: dropped, and in no other count.
  std::uint64_t strangers = 0;
};

/// The state of a link at one instant; `time_ns` since the window began, which all links have in
/// common.
struct Mark {
  std::uint64_t time_ns = 0;
  Counters counters;
  ThreadUsage usage;
};

}  // namespace xr
