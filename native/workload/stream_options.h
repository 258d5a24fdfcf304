#pragma once

namespace xr {

/// In one direction.
inline constexpr unsigned kMostStreams = 64;

enum class Direction { kUp, kDown, kBoth };

/// What `kStream` alone has. As they are, any other workload has one connection, and sends when it
/// will.
struct StreamOptions {
  Direction direction = Direction::kUp;
  /// Connections in each direction.
  unsigned streams = 1;
  /// Offered load of one direction; 0 = no limit.
  double rate_bits_per_sec = 0;
};

}  // namespace xr
