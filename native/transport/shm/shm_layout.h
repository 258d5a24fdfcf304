#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "transport/endpoint_spec.h"

namespace xr {

/// Two cache lines: processors fetch a line's neighbour along with it, so that words of different
/// writers lie further apart than one line.
inline constexpr std::size_t kShmApartBytes = 128;

/// How the memory of one direction is laid out. Both ends compute it from their own spec and
/// nothing of it is read from the memory, so that a peer can say nothing that leads out of it.
struct ShmLayout {
  /// What one slot holds of a message: all of it, or a piece.
  std::size_t piece_bytes;
  /// Where that begins in a slot. A small message shares the cache line of the slot's number.
  std::size_t header_bytes;
  std::size_t slot_bytes;
  /// A power of two.
  std::uint64_t slots;
  /// How many may be filled and not yet read.
  std::uint64_t window;

  /// `takes_turns`: each message answers the one before, as in a ping-pong. Then one slot does for
  /// those that fit it, always in the same cache lines, and nobody has to say that it was read.
  constexpr ShmLayout(std::uint64_t message_bytes, bool takes_turns) noexcept
      : piece_bytes(std::min<std::uint64_t>(message_bytes, kLargestPieceBytes)),
        header_bytes(piece_bytes + kNumberBytes <= kShmApartBytes ? kNumberBytes
                                                                 : kShmApartBytes),
        slot_bytes((header_bytes + piece_bytes + kShmApartBytes - 1) / kShmApartBytes *
                   kShmApartBytes),
        slots(std::clamp<std::uint64_t>(std::bit_floor(kRingBytes / slot_bytes), kFewestSlots,
                                        kMostSlots)),
        window(slots) {
    if (!takes_turns || piece_bytes != message_bytes) return;
    slots = 1;
    window = ~std::uint64_t{0};
  }

  constexpr std::size_t ring_bytes() const noexcept;

 private:
  static constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);
  // Large enough that to wake who sleeps is little beside the copy of a piece.
  static constexpr std::size_t kLargestPieceBytes = std::size_t{64} << 10;
  // Of large pieces eight, which a second-level cache holds or nearly.
  static constexpr std::size_t kRingBytes = std::size_t{640} << 10;
  static constexpr std::uint64_t kFewestSlots = 4;
  static constexpr std::uint64_t kMostSlots = 64;
};

/// What lies in front of the slots of one direction. All zero at first.
struct ShmWords {
  /// Slots that the reader is done with; it writes this now and then.
  alignas(kShmApartBytes) std::atomic<std::uint64_t> consumed;
  /// Futexes (futex(2)): 1 while that end sleeps, or is about to.
  alignas(kShmApartBytes) std::atomic<std::uint32_t> reader_sleeps;
  alignas(kShmApartBytes) std::atomic<std::uint32_t> writer_sleeps;
};
/// Where each side sleeps that carries all its connections on one thread; 1 while it does, or is
/// about to.
struct ShmBells {
  alignas(kShmApartBytes) std::atomic<std::uint32_t> client_sleeps;
  alignas(kShmApartBytes) std::atomic<std::uint32_t> server_sleeps;
};
/// In front of a piece that says how long it is.
inline constexpr std::size_t kShmCountBytes = sizeof(std::uint32_t);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

/// Of each direction of an endpoint. Those of a workload over messages have their head with them,
/// and say how long they are.
inline ShmLayout layout_of(const EndpointSpec& spec) noexcept {
  if (!spec.uses_messages()) return {spec.message_bytes, spec.workload == Workload::kPingPong};
  return {kShmCountBytes + spec.message_head_bytes() + spec.longest_message_bytes(), false};
}

constexpr std::size_t ShmLayout::ring_bytes() const noexcept {
  return sizeof(ShmWords) + static_cast<std::size_t>(slots) * slot_bytes;
}

}  // namespace xr
