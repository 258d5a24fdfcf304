#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "transport/message/message_contents.h"
#include "transport/message/message_shape.h"
#include "transport/pattern.h"
#include "workload/message_head.h"

namespace xr {

/// Finds the messages in the bytes of one connection, which may be cut anywhere. Of a message that
/// has come in part it keeps the head alone.
class MessageParser {
 public:
  enum class Step { kIncomplete, kComplete, kBad };

  /// Takes bytes from `from` on, up to the end of a message or to `to`. When it is complete, `head`
  /// is its head.
  Step take(const std::uint8_t*& from, const std::uint8_t* to, const MessageShape& shape,
            std::uint32_t connection) noexcept {
    if (missing_head_ != 0) {
      const auto there = static_cast<std::size_t>(to - from);
      if (missing_head_ == kMessageHeadBytes && there >= kMessageHeadBytes) [[likely]] {
        head_ = read_head(from);
        from += kMessageHeadBytes;
      } else {
        const std::size_t some = std::min(there, missing_head_);
        std::memcpy(partial_.data() + kMessageHeadBytes - missing_head_, from, some);
        from += some;
        missing_head_ -= some;
        if (missing_head_ != 0) return Step::kIncomplete;
        head_ = read_head(partial_.data());
      }
      missing_head_ = 0;
      if (!shape.allows(head_, connection)) [[unlikely]]
        return fail(MessageTrouble::kHead);
      missing_ = head_.length;
      if (shape.verify) [[unlikely]]
        expected_.seek(pattern_seed(head_, other(shape.side)), 0);
    }
    const auto some = std::min(static_cast<std::size_t>(to - from), missing_);
    if (shape.verify && !expected_.accept(from, some)) [[unlikely]]
      return fail(MessageTrouble::kDiffers);
    from += some;
    missing_ -= some;
    if (missing_ != 0) return Step::kIncomplete;
    missing_head_ = kMessageHeadBytes;
    return Step::kComplete;
  }

  const MessageHead& head() const noexcept { return head_; }
  /// Of a message whose head is there: what is missing of its payload.
  std::size_t missing_payload() const noexcept { return missing_; }
  MessageTrouble trouble() const noexcept { return trouble_; }

 private:
  static Side other(Side side) noexcept {
    return side == Side::kClient ? Side::kServer : Side::kClient;
  }
  Step fail(MessageTrouble trouble) noexcept {
    trouble_ = trouble;
    return Step::kBad;
  }

  std::size_t missing_head_ = kMessageHeadBytes;
  std::size_t missing_ = 0;
  MessageHead head_;
  std::array<std::uint8_t, kMessageHeadBytes> partial_{};
  // No message is so long, so that it never goes on to the next by itself.
  PatternReader expected_{~std::size_t{0}};
  MessageTrouble trouble_ = MessageTrouble::kNone;
};

}  // namespace xr
