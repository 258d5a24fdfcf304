#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "measure/mark.h"

namespace xr {

/// Tells apart what a numbered stream of datagrams suffered: gaps, reordering, duplicates, and what
/// is none of it. A bit
/// for each of the last 65,536 numbers, not counters that are subtracted from one another: those
/// take a duplicate for a found loss.
class SequenceWindow {
 public:
  /// `width_bytes` is how much of the number a message has room for, 1 to 8; the rest is taken from
  /// what was expected. With one byte, more than 127 losses in a row cannot be told from
  /// reordering. `base` is the number of the first message: where only the two ends know it, a
  /// stranger has to guess.
  explicit SequenceWindow(unsigned width_bytes, std::uint64_t base = 0)
      : bits_(kWindow / 64, 0),
        base_(base),
        mask_(width_bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * width_bytes)) - 1) {}

  /// More than are ever under way: no gap of a peer's is so wide, and no message of its so late.
  static constexpr std::uint64_t kFarthest = std::uint64_t{1} << 30;

  /// True when the number is new: count the message. Updates `lost`, `reordered`, `duplicates` and
  /// `strangers`.
  bool accept(std::uint64_t wire_number, Counters& counters) noexcept {
    const std::uint64_t number = extend(wire_number - base_);
    if (number >= next_) [[likely]] {
      const std::uint64_t gap = number - next_;
      if (gap != 0) [[unlikely]] {
        if (gap > kFarthest) {
          counters.strangers += 1;
          return false;
        }
        clear(next_, std::min(gap, kWindow));
      }
      counters.lost += gap;
      set(number);
      next_ = number + 1;
      return true;
    }
    // Older than the window: no telling whether it came before, and it was counted as lost.
    if (next_ - number > kWindow || test(number)) {
      (next_ - number > kFarthest ? counters.strangers : counters.duplicates) += 1;
      return false;
    }
    set(number);
    counters.reordered += 1;
    if (counters.lost > 0) counters.lost -= 1;
    return true;
  }

 private:
  static constexpr std::uint64_t kWindow = 65'536;

  /// The number nearest to the expected one that ends in these bytes.
  std::uint64_t extend(std::uint64_t wire_number) const noexcept {
    const std::uint64_t ahead = (wire_number - next_) & mask_;
    if (ahead <= mask_ / 2) return next_ + ahead;
    const std::uint64_t behind = (next_ - wire_number) & mask_;
    return behind <= next_ ? next_ - behind : next_ + ahead;
  }

  /// By words: who sends nothing but gaps must not cost more than who sends messages.
  void clear(std::uint64_t from, std::uint64_t count) noexcept {
    for (std::uint64_t bit = from % kWindow; count > 0;) {
      const std::uint64_t here = std::min(count, 64 - bit % 64);
      bits_[bit / 64] &= ~(~std::uint64_t{0} >> (64 - here) << (bit % 64));
      bit = (bit + here) % kWindow;
      count -= here;
    }
  }
  void set(std::uint64_t number) noexcept {
    bits_[number % kWindow / 64] |= std::uint64_t{1} << (number % 64);
  }
  bool test(std::uint64_t number) const noexcept {
    return (bits_[number % kWindow / 64] >> (number % 64) & 1) != 0;
  }

  std::vector<std::uint64_t> bits_;
  std::uint64_t base_;
  std::uint64_t mask_;
  /// Counted from the first message on.
  std::uint64_t next_ = 0;
};

/// Writes and reads the part of a number that a message has room for, little endian.
inline unsigned sequence_width(std::uint64_t message_bytes) noexcept {
  return static_cast<unsigned>(std::min<std::uint64_t>(message_bytes, 8));
}

inline void write_sequence(std::uint8_t* to, std::uint64_t number, unsigned width) noexcept {
  if (width == 8 && std::endian::native == std::endian::little) [[likely]] {
    std::memcpy(to, &number, 8);
    return;
  }
  for (unsigned i = 0; i < width; ++i) to[i] = static_cast<std::uint8_t>(number >> (8 * i));
}

inline std::uint64_t read_sequence(const std::uint8_t* from, unsigned width) noexcept {
  std::uint64_t number = 0;
  if (width == 8 && std::endian::native == std::endian::little) [[likely]] {
    std::memcpy(&number, from, 8);
    return number;
  }
  for (unsigned i = 0; i < width; ++i) number |= static_cast<std::uint64_t>(from[i]) << (8 * i);
  return number;
}

}  // namespace xr
