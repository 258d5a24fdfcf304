#pragma once

#include <cstddef>
#include <cstdint>

#include "transport/endpoint_spec.h"

namespace xr {

/// UD puts 40 bytes of global routing header before the payload in the receive buffer (InfiniBand
/// Architecture 1.x, section 8.3).
inline constexpr std::size_t kGrhBytes = 40;
/// At the start of a lane's memory: what the peer writes or works on besides messages.
inline constexpr std::size_t kControlBytes = 4096;
inline constexpr std::size_t kProgressOffset = 0;
inline constexpr std::size_t kAtomicOffset = 8;
/// Where atomics have their local word.
inline constexpr std::size_t kWordOffset = 64;
using ProgressMark = std::uint64_t;
/// Receives that each end of a message link has at least.
inline constexpr unsigned kLeastMessageReceives = 8;

/// How many of everything a lane has: queue depths, buffers and where they lie. Follows from the
/// spec alone, so that both ends know each other's.
struct LaneShape {
  /// Messages posted and not yet known to be done, at most.
  unsigned tx_depth = 1;
  /// Of so many messages the last asks for a completion.
  unsigned signal_every = 1;
  /// Messages handed over in one call, at most.
  unsigned post_list = 1;
  /// Receives posted ahead; they are replaced in blocks.
  unsigned rx_depth = 0;
  unsigned rx_block = 1;
  /// Work requests that the queues must hold: messages, progress marks, credits.
  unsigned send_work = 1;
  unsigned receive_work = 1;
  unsigned inline_bytes = 0;
  /// The receiver tells the sender how many receives it has posted: without that, a sender that is
  /// faster runs into RNR retries, which are pauses of the transport and then its failure.
  bool credits = false;
  /// A sender of plain writes tells how far it has come: so many such marks may be under way, each
  /// with a word of its own where the device does not copy it into the work request.
  unsigned marks = 0;
  bool inline_marks = false;

  /// Of a message as the queue pair carries it: of requests and answers, a part of one.
  std::size_t slot_bytes = 0;
  std::size_t payload_offset = 0;
  std::size_t stride = 0;
  unsigned rx_slots = 1;
  unsigned tx_slots = 1;
  std::size_t rx_offset = kControlBytes;
  std::size_t tx_offset = kControlBytes;
  std::size_t mark_offset = kControlBytes;
  std::size_t total_bytes = kControlBytes;

  /// What the peer may reach by one-sided operations, from the start of the memory.
  std::size_t window_bytes() const noexcept { return tx_offset; }
};

LaneShape shape_of(const EndpointSpec& spec, Role role);

}  // namespace xr
