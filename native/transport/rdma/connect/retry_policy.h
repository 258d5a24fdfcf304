#pragma once

#include <algorithm>
#include <cstdint>

#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/connect/rdma_blob.h"

namespace xr {

// 4.096 µs × 2^14 = 67 ms, six times: a peer that is gone is noticed in under a second. Seven would
// mean for ever to rxe (drivers/infiniband/sw/rxe/rxe_comp.c), though not to the standard.
inline constexpr std::uint8_t kTimeout = 14;
inline constexpr std::uint8_t kRetries = 6;
// 0.64 ms each (InfiniBand Architecture 1.x, table 45), six times. Seven would mean for ever: a bug
// has to end as an error.
inline constexpr std::uint8_t kRnrTimer = 12;
inline constexpr std::uint8_t kRnrRetries = 6;

/// Reads and atomics under way at once from this end: at most what the peer can answer.
inline std::uint8_t outgoing_reads(const ChosenPort& port, const RdmaBlob& peer) {
  const int able = std::min(port.device.attributes.max_qp_init_rd_atom, 255);
  return std::max<std::uint8_t>(
      1, static_cast<std::uint8_t>(std::min<int>(able, peer.incoming_reads)));
}

}  // namespace xr
