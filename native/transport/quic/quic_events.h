#pragma once

#include <cstddef>
#include <cstdint>

#include "transport/quic/ngtcp2_compat.h"

namespace xr {

/// What happens to the streams of a connection, told to the protocol above it while it happens:
/// nothing may be written meanwhile. `state` is what was attached to the stream, null at first.
/// None of the entries may be null.
struct QuicStreamEvents {
  void* context = nullptr;
  /// Bytes in order; `last`: the peer has finished the stream. Length 0 is possible then.
  void (*data)(void* context, std::int64_t id, void* state, const std::uint8_t* data,
               std::size_t length, bool last) = nullptr;
  /// The peer has given its half up.
  void (*reset)(void* context, std::int64_t id, void* state, std::uint64_t code) = nullptr;
  /// Both halves are done with and acknowledged: the stream does not exist any more.
  void (*closed)(void* context, std::int64_t id, void* state) = nullptr;
};

/// Under which IDs packets of a connection arrive, for a socket that has many of them. Neither
/// entry may be null.
struct QuicCidEvents {
  void* context = nullptr;
  void (*added)(void* context, const ngtcp2_cid& cid) = nullptr;
  void (*removed)(void* context, const ngtcp2_cid& cid) = nullptr;
};

}  // namespace xr
