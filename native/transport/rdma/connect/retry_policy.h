#pragma once

#include <algorithm>
#include <cstdint>

#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/connect/rdma_blob.h"

namespace xr {

// Six times: a peer that is gone is noticed in under a second, over a device of software in under
// four. Seven would mean for ever to rxe (drivers/infiniband/sw/rxe/rxe_comp.c), though not to the
// standard.
inline constexpr std::uint8_t kRetries = 6;

/// How long an acknowledgement is waited for: 4.096 µs × 2^14 = 67 ms. Of a device of software,
/// whose far end needs a processor that others may have just then, × 2^17 = 537 ms: an emulated one
/// takes a millisecond for a packet, of which 128 are under way, and what is sent again for no
/// reason is more than work: rxe takes some of it for a request that its queue pair does not allow.
inline std::uint8_t acknowledgement_timeout(const ChosenPort& port) noexcept {
  return port.device.software ? 17 : 14;
}
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
