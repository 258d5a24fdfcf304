#pragma once

#include <cstdint>
#include <limits>

namespace xr {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// The measured phase of all links of an end, in ticks of the measuring clock. A window that is
/// named anew has the next version; 0 is none.
struct Window {
  std::uint32_t version = 0;
  std::uint64_t start = 0;
  /// kNever: iterations decide.
  std::uint64_t end = kNever;
  std::uint64_t interval = 0;
  /// The slope by which all links turn its ticks into time, so that their marks agree to the last
  /// digit.
  std::uint64_t ns_per_tick_q32 = 0;
};

}  // namespace xr
