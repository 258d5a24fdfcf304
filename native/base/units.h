#pragma once

#include <cstddef>
#include <cstdint>

namespace xr {

inline constexpr std::uint64_t kNsPerUs = 1'000;
inline constexpr std::uint64_t kNsPerMs = 1'000'000;
inline constexpr std::uint64_t kNsPerSec = 1'000'000'000;
inline constexpr std::size_t kCacheLineBytes = 64;

}  // namespace xr
