#pragma once

#include <cstdint>

namespace xr {

enum class QuicCongestion { kCubic, kReno, kBbr };

/// As requested; mirrors `QuicOptions` in src/addon/addon.ts.
struct QuicOptions {
  /// Messages go as DATAGRAM frames (RFC 9221) and may be lost, instead of over streams.
  bool datagrams = false;
  /// QUIC streams of a connection, over which a stream workload is spread.
  unsigned streams = 1;
  unsigned udp_payload_bytes = 1452;
  std::uint64_t window_bytes = std::uint64_t{2} << 20;
  unsigned ack_threshold = 1;
  QuicCongestion congestion = QuicCongestion::kCubic;
  /// Every byte of a ping-pong is checked; slow.
  bool verify = false;
};

}  // namespace xr
