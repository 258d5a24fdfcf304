#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace xr {

using CmToken = std::array<std::uint8_t, 16>;

/// The private data of a request to connect and of its answer: the token that the other end put
/// into its description, and which of the queue pairs this is.
using CmGreeting = std::array<std::uint8_t, 18>;

inline CmGreeting greet(const CmToken& token, std::size_t index) {
  CmGreeting greeting{};
  std::copy(token.begin(), token.end(), greeting.begin());
  greeting[16] = static_cast<std::uint8_t>(index >> 8);
  greeting[17] = static_cast<std::uint8_t>(index);
  return greeting;
}

/// Which of `count` queue pairs somebody who knows `token` means; nothing for anybody else. What
/// arrives may be longer: the message has a fixed size.
inline std::optional<std::size_t> greeted_index(std::span<const std::uint8_t> arrived,
                                                const CmToken& token, std::size_t count) {
  if (arrived.size() < CmGreeting{}.size()) return std::nullopt;
  if (!std::equal(token.begin(), token.end(), arrived.begin())) return std::nullopt;
  const std::size_t index = std::size_t{arrived[16]} << 8 | arrived[17];
  return index < count ? std::optional(index) : std::nullopt;
}

}  // namespace xr
