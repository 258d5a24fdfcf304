#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/page_buffer.h"
#include "workload/io.h"

namespace xr {

/// What a verified message holds: eight bytes at a time, different at each place and for each seed,
/// so that a shifted, stale or torn message shows.
inline std::uint64_t pattern_word(std::uint64_t seed, std::size_t offset) noexcept {
  std::uint64_t x = (seed + 1) * 0x9e37'79b9'7f4a'7c15u + offset;
  x ^= x >> 32;
  return x * 0xd6e8'feb8'6659'fd93u;
}

inline void write_pattern(std::uint8_t* to, std::size_t bytes, std::uint64_t seed) noexcept {
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = pattern_word(seed, at);
    std::memcpy(to + at, &word, bytes - at < 8 ? bytes - at : 8);
  }
}

/// Where the message differs first; `bytes` when nowhere.
inline std::size_t find_mismatch(const std::uint8_t* from, std::size_t bytes,
                                 std::uint64_t seed) noexcept {
  for (std::size_t at = 0; at < bytes; at += 8) {
    const std::uint64_t word = pattern_word(seed, at);
    const std::size_t here = bytes - at < 8 ? bytes - at : 8;
    if (std::memcmp(from + at, &word, here) == 0) continue;
    const auto* wanted = reinterpret_cast<const std::uint8_t*>(&word);
    for (std::size_t i = 0; i < here; ++i) {
      if (from[at + i] != wanted[i]) return at + i;
    }
  }
  return bytes;
}

/// Follows messages of one length that hold their pattern, one behind the other and cut anywhere.
class PatternReader {
 public:
  explicit PatternReader(std::size_t message_bytes) : message_bytes_(message_bytes) {}

  /// What comes next is the message of this seed, from this byte on.
  void seek(std::uint64_t seed, std::size_t at) noexcept {
    seed_ = seed;
    at_ = at;
  }

  /// False where these bytes are not what should come next.
  bool accept(const std::uint8_t* data, std::size_t length) noexcept {
    while (length > 0) {
      const std::size_t skip = at_ % 8;
      const std::uint64_t word = pattern_word(seed_, at_ - skip);
      const std::size_t here = std::min({8 - skip, message_bytes_ - at_, length});
      if (std::memcmp(data, reinterpret_cast<const std::uint8_t*>(&word) + skip, here) != 0)
        return false;
      data += here;
      length -= here;
      at_ += here;
      if (at_ == message_bytes_) seek(seed_ + 1, 0);
    }
    return true;
  }

 private:
  std::size_t message_bytes_;
  std::uint64_t seed_ = 0;
  std::size_t at_ = 0;
};

/// Whether a numbered message holds the pattern of its number behind it: from byte `at` on.
inline bool holds_pattern_behind(std::size_t at, const std::uint8_t* message, std::size_t bytes,
                                 std::uint64_t number) noexcept {
  PatternReader pattern(bytes);
  pattern.seek(number, at);
  return pattern.accept(message + at, bytes - at);
}

/// What a verified stream of bytes holds, round and round, whatever its messages: each byte depends
/// on its place in the stream alone, for what has been handed over must not change before it has
/// arrived.
class PatternRing {
 public:
  static constexpr std::size_t kBytes = std::size_t{256} << 10;

  PatternRing() : bytes_(kBytes) { write_pattern(bytes_.data(), kBytes, 0); }

  /// Writes what stands from `offset` on.
  void copy(std::uint64_t offset, std::uint8_t* to, std::size_t length) const noexcept {
    for_each_piece(offset, length, [&](const std::uint8_t* piece, std::size_t done,
                                       std::size_t here) { std::memcpy(to + done, piece, here); });
  }

  /// Whether that is what came from `offset` on.
  bool matches(std::uint64_t offset, const std::uint8_t* data, std::size_t length) const noexcept {
    bool all = true;
    for_each_piece(offset, length, [&](const std::uint8_t* piece, std::size_t done,
                                       std::size_t here) {
      all &= std::memcmp(data + done, piece, here) == 0;
    });
    return all;
  }

 private:
  template <class Visit>
  void for_each_piece(std::uint64_t offset, std::size_t length,
                      const Visit& visit) const noexcept {
    for (std::size_t done = 0; done < length;) {
      const std::size_t at = static_cast<std::size_t>((offset + done) % kBytes);
      const std::size_t here = std::min(length - done, kBytes - at);
      visit(bytes_.data() + at, done, here);
      done += here;
    }
  }

  PageBuffer bytes_;
};

/// Of data that are not what was sent.
inline Fault mismatch_fault() {
  return {"DATA_MISMATCH", "verify", 0, "a message is not as it was sent"};
}

/// What the initiator of a ping-pong sends, and holds the replies against where that is asked for.
class CheckedMessages {
 public:
  /// `bytes` of each message; 0 at a responder, which sends back what came.
  CheckedMessages(std::size_t bytes, bool verify) : buffer_(bytes), verify_(verify) {}

  const std::uint8_t* data() const noexcept { return buffer_.data(); }

  /// Before each request.
  void next() noexcept {
    if (verify_) [[unlikely]]
      write_pattern(buffer_.data(), buffer_.size(), ++number_);
  }

  /// What the receive of a reply came to: `io`, or kError when it is not as it was sent.
  Io check(Io io, const std::uint8_t* reply) noexcept {
    if (!verify_ || io != Io::kOk) [[likely]]
      return io;
    differs_ = find_mismatch(reply, buffer_.size(), number_) != buffer_.size();
    return differs_ ? Io::kError : io;
  }

  /// That of a reply, or else `other`.
  std::optional<Fault> fault_or(std::optional<Fault> other) const {
    if (!differs_) return other;
    return Fault{"DATA_MISMATCH", "verify", 0, "a reply differs from what was sent"};
  }

 private:
  PageBuffer buffer_;
  bool verify_;
  bool differs_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace xr
