#pragma once

#include <cstdint>

namespace xr::test {

/// A clock that a test moves by hand: a tick is a nanosecond. One for all tests of the program,
/// which run one after the other.
class HandClock {
 public:
  static std::uint64_t now() noexcept { return time_ns; }
  std::uint64_t to_ns(std::uint64_t ticks) const noexcept { return ticks; }
  std::uint64_t from_ns(std::uint64_t ns) const noexcept { return ns; }
  void refine() noexcept {}
  std::uint64_t slope() const noexcept { return std::uint64_t{1} << 32; }
  void take_slope(std::uint64_t) noexcept {}
  static inline std::uint64_t time_ns = 0;
};

}  // namespace xr::test
