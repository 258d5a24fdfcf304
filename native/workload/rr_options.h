#pragma once

#include <cstdint>

namespace xr {

/// Requests under way at once.
inline constexpr unsigned kMostInflight = 4096;

/// What `kRr` alone has.
struct RrOptions {
  /// Of an answer; `message_bytes` are a request's.
  std::uint64_t response_bytes = 64;
  /// How many requests may be under way at once.
  unsigned inflight = 1;
};

}  // namespace xr
