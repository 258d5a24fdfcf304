#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xr {

/// What a verified message holds: eight bytes at a time, different at each place and for each seed,
/// so that a shifted, stale or torn message shows.
inline std::uint64_t pattern_word(std::uint64_t seed, std::size_t offset) noexcept {
  std::uint64_t x = (seed + 1) * 0x9e37'79b9'7f4a'7c15u + offset;
  x ^= x >> 32;
  return x * 0xd6e8'feb8'6659'fd93u;
}

inline void write_pattern(std::uint8_t* to, std::size_t bytes, std::uint64_t seed) noexcept {
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = pattern_word(seed, at);
    std::memcpy(to + at, &word, bytes - at < 8 ? bytes - at : 8);
  }
}

/// Where the message differs first; `bytes` when nowhere.
inline std::size_t find_mismatch(const std::uint8_t* from, std::size_t bytes,
                                 std::uint64_t seed) noexcept {
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = pattern_word(seed, at);
    const std::size_t here = bytes - at < 8 ? bytes - at : 8;
    if (std::memcmp(from + at, &word, here) == 0) continue;
    const auto* wanted = reinterpret_cast<const std::uint8_t*>(&word);
    for (std::size_t i = 0; i < here; ++i) {
      if (from[at + i] != wanted[i]) return at + i;
    }
  }
  return bytes;
}

}  // namespace xr
