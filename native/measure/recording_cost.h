#pragma once

#include <cstddef>
#include <cstdint>

namespace xr {

struct RecordingCost {
  /// Two clock readings, as around every round trip.
  double pair_ns = 0;
  /// The same, converted to nanoseconds and recorded.
  double pair_and_record_ns = 0;
  std::size_t histogram_bytes = 0;
};

/// Mean over `rounds` of each, in alternating blocks, with the clock that a run would use.
RecordingCost measure_recording_cost(std::uint64_t rounds);

}  // namespace xr
