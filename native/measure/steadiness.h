#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace xr {

/// Decides when warm-up may end: when three windows of equal length in a row agree to within 5 %.
class Steadiness {
 public:
  /// `done` is how much was done in the window just ended.
  bool window_agrees(std::uint64_t done) noexcept {
    last_[windows_++ % last_.size()] = done;
    if (windows_ < last_.size()) return false;
    const auto [least, most] = std::minmax_element(last_.begin(), last_.end());
    // With so few messages a window's count says nothing about the rate.
    return *least >= kFewest && (*most - *least) * 20 <= *most;
  }

 private:
  static constexpr std::uint64_t kFewest = 16;
  std::array<std::uint64_t, 3> last_{};
  std::size_t windows_ = 0;
};

}  // namespace xr
