#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "transport/shm/shm_layout.h"

namespace xr {

/// One direction as either end sees it: slots in turn, each with the number of what is in it, from
/// 1 on. What tells a reader that something came is so in the cache line that it came in.
class ShmRing {
 public:
  ShmRing(std::uint8_t* memory, const ShmLayout& layout) noexcept
      : words_(reinterpret_cast<ShmWords*>(memory)),
        slots_(memory + sizeof(ShmWords)),
        layout_(layout) {}

  const ShmLayout& layout() const noexcept { return layout_; }
  ShmWords& words() const noexcept { return *words_; }
  std::atomic<std::uint64_t>& number(std::uint64_t at) const noexcept {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(slot(at));
  }
  std::uint8_t* piece(std::uint64_t at) const noexcept { return slot(at) + layout_.header_bytes; }

 private:
  std::uint8_t* slot(std::uint64_t at) const noexcept {
    return slots_ + static_cast<std::size_t>(at & (layout_.slots - 1)) * layout_.slot_bytes;
  }

  ShmWords* words_;
  std::uint8_t* slots_;
  ShmLayout layout_;
};

/// The end that writes. Whoever sleeps says so before it looks for the last time, which takes an
/// order of all that is written and read; else acquire and release are enough.
template <bool kMaySleep>
class ShmWriter {
 public:
  explicit ShmWriter(const ShmRing& ring) noexcept : ring_(ring) {}

  bool has_room() noexcept {
    if (sent_ - consumed_ < ring_.layout().window) [[likely]]
      return true;
    const std::uint64_t consumed = ring_.words().consumed.load(
        kMaySleep ? std::memory_order_seq_cst : std::memory_order_acquire);
    // The peer's word: never back, nor beyond what was sent.
    if (consumed < consumed_ || consumed > sent_) {
      is_broken_ = true;
      return false;
    }
    consumed_ = consumed;
    return sent_ - consumed_ < ring_.layout().window;
  }

  /// With room; at most a piece.
  void write(const std::uint8_t* data, std::size_t length) noexcept {
    std::memcpy(ring_.piece(sent_), data, length);
    hand_over();
  }
  /// The same with its length in front, which belongs to the piece.
  void write_counted(const std::uint8_t* data, std::uint32_t length) noexcept {
    std::uint8_t* piece = ring_.piece(sent_);
    std::memcpy(piece, &length, kShmCountBytes);
    std::memcpy(piece + kShmCountBytes, data, length);
    hand_over();
  }

  const ShmRing& ring() const noexcept { return ring_; }
  /// The peer has written what it never would.
  bool is_broken() const noexcept { return is_broken_; }

 private:
  void hand_over() noexcept {
    ring_.number(sent_).store(
        sent_ + 1, kMaySleep ? std::memory_order_seq_cst : std::memory_order_release);
    ++sent_;
  }

  ShmRing ring_;
  std::uint64_t sent_ = 0;
  std::uint64_t consumed_ = 0;
  bool is_broken_ = false;
};

/// The end that reads.
template <bool kMaySleep>
class ShmReader {
 public:
  explicit ShmReader(const ShmRing& ring) noexcept : ring_(ring), next_(&ring_.number(0)) {}

  bool has_piece() const noexcept {
    return next_->load(kMaySleep ? std::memory_order_seq_cst : std::memory_order_acquire) ==
           read_ + 1;
  }

  /// Where there is a piece; at most so much of it. True where the writer has been told of room.
  bool read(std::uint8_t* into, std::size_t length) noexcept {
    std::memcpy(into, ring_.piece(read_), length);
    return pass();
  }

  /// Where there is one that says how long it is: what it says, and what it holds.
  std::uint32_t count() const noexcept {
    std::uint32_t length = 0;
    std::memcpy(&length, ring_.piece(read_), kShmCountBytes);
    return length;
  }
  const std::uint8_t* counted() const noexcept { return ring_.piece(read_) + kShmCountBytes; }

  /// Is done with a piece. True where the writer has been told of room.
  bool pass() noexcept {
    ++read_;
    next_ = &ring_.number(read_);
    // Seldom, for that line changes hands each time; never where they take turns with one slot.
    if ((read_ & (ring_.layout().slots / 4 - 1)) != 0) return false;
    ring_.words().consumed.store(
        read_, kMaySleep ? std::memory_order_seq_cst : std::memory_order_release);
    return true;
  }

  const ShmRing& ring() const noexcept { return ring_; }

 private:
  ShmRing ring_;
  std::uint64_t read_ = 0;
  /// Kept, because it is polled: nothing is to be computed between a change and its being seen.
  std::atomic<std::uint64_t>* next_;
};

}  // namespace xr
