#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/page_buffer.h"
#include "transport/message/message_shape.h"
#include "transport/pattern.h"
#include "workload/message_head.h"

namespace xr {

/// The pattern of a message: different for each number and flow, and for each way.
inline std::uint64_t pattern_seed(const MessageHead& head, Side sender) noexcept {
  return (head.number << 16 ^ head.flow) << 1 | (sender == Side::kServer ? 1 : 0);
}

/// The message that is being sent, head and payload behind one another. What it holds follows from
/// its head, so that one buffer serves all connections and what waits for room need not be kept.
class OutgoingMessage {
 public:
  explicit OutgoingMessage(const MessageShape& shape)
      : buffer_(buffer_bytes(shape.longest_bytes)), side_(shape.side), verify_(shape.verify) {}

  static constexpr std::size_t buffer_bytes(std::size_t longest_bytes) noexcept {
    return kPageBytes + longest_bytes;
  }

  /// The bytes of this message, `kMessageHeadBytes` and `head.length` of them.
  const std::uint8_t* write(const MessageHead& head) noexcept {
    std::uint8_t* payload = buffer_.data() + kPageBytes;
    write_head(payload - kMessageHeadBytes, head);
    if (verify_) [[unlikely]]
      fill(payload, head);
    return payload - kMessageHeadBytes;
  }

 private:
  /// The payload begins on a page, as the kernel copies it fastest.
  static constexpr std::size_t kPageBytes = 4096;

  /// What waited for room, and goes on, is there still.
  void fill(std::uint8_t* payload, const MessageHead& head) noexcept {
    const std::uint64_t seed = pattern_seed(head, side_);
    if (seed == seed_ && head.length == filled_bytes_) return;
    write_pattern(payload, head.length, seed);
    seed_ = seed;
    filled_bytes_ = head.length;
  }

  PageBuffer buffer_;
  Side side_;
  bool verify_;
  /// Of the pattern that is in the buffer.
  std::uint64_t seed_ = 0;
  std::uint32_t filled_bytes_ = 0;
};

/// What is wrong with what came.
enum class MessageTrouble { kNone, kHead, kDiffers, kStream };

inline std::optional<Fault> message_fault(MessageTrouble trouble) {
  switch (trouble) {
    case MessageTrouble::kNone: break;
    case MessageTrouble::kHead:
      return Fault{"BAD_MESSAGE", "receive", 0,
                   "the peer sent a message that was not agreed on: its length or its flow"};
    case MessageTrouble::kDiffers: return mismatch_fault();
    case MessageTrouble::kStream:
      return Fault{"BAD_MESSAGE", "receive", 0,
                   "the peer has ended or given up a stream that was not one whole message"};
  }
  return std::nullopt;
}

}  // namespace xr
