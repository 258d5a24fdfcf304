#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "transport/socket/blob.h"
#include "workload/message_head.h"

namespace xr {

/// The number that the datagrams of one way of a session begin with: another for each `way`, and to
/// be guessed by nobody who does not know the token.
inline std::uint64_t datagram_base(const Token& token, std::uint64_t way) noexcept {
  static_assert(std::tuple_size_v<Token> == 16);
  const auto low = detail::get<std::uint64_t>(token.data());
  const auto high = detail::get<std::uint64_t>(token.data() + 8);
  // The mixing of SplitMix64 (Steele, Lea, Flood 2014), once for each half.
  std::uint64_t x = low + (way + 1) * 0x9e37'79b9'7f4a'7c15u;
  for (const std::uint64_t more : {high, std::uint64_t{0}}) {
    x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9u;
    x = (x ^ x >> 27) * 0x94d0'49bb'1331'11ebu;
    x = (x ^ x >> 31) ^ more;
  }
  return x;
}

}  // namespace xr
