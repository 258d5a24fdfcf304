#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "transport/datagram/packet_lane.h"
#include "transport/quic/quic_connection.h"

namespace xr {

/// One connection of ngtcp2 on a socket of its own.
struct QuicLane : PacketLane {
  std::unique_ptr<QuicConnection> connection;
  /// Those that this end sends on; they are opened before the run, where a refusal can still be
  /// told.
  std::vector<std::int64_t> streams;
};

}  // namespace xr
