#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "transport/quic/quic_connection.h"

namespace xr {

/// One connection on a socket of its own, and what went over it.
struct QuicLane {
  UniqueFd fd;
  std::unique_ptr<QuicConnection> connection;
  /// Those that this end sends on; they are opened before the run, where a refusal can still be
  /// told.
  std::vector<std::int64_t> streams;
  /// UDP_GRO is on.
  bool merging = false;
  /// UDP_SEGMENT may be used; cleared where the kernel refuses it.
  bool segmenting = false;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  /// Datagrams that were not the peer's.
  std::uint64_t strangers = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t handshake_ns = 0;
};

}  // namespace xr
