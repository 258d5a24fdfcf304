#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/fixed_queue.h"
#include "base/page_buffer.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_shape.h"
#include "transport/pattern.h"
#include "transport/quic/quic_connection.h"
#include "workload/message_head.h"

namespace xr {

/// Messages on their way out, each on a bidirectional stream of its own, whose other half the peer
/// ends without a byte. Those under way take turns, packet by packet, so that a short one does not
/// wait for a long one to end; what one leaves of its packet is the next one's, and no turn.
///
/// What was sent has to stay as it is until it is acknowledged. Of a message that is its head
/// alone: the payload is the same for all, so that none needs memory for it. Where data are
/// verified each has its own, and as many are under way as `kVerifiedBytes` has room for.
class QuicOutgoingMessages {
 public:
  /// At most so many of `streams` are under way at once.
  QuicOutgoingMessages(const MessageShape& shape, unsigned streams)
      : verify_(shape.verify),
        side_(shape.side),
        payload_bytes_(shape.longest_bytes),
        messages_(verify_ ? most_verified(shape.longest_bytes, streams) : streams),
        payload_(buffer_bytes(shape.longest_bytes, verify_, streams)),
        ready_(messages_.size()),
        blocked_(messages_.size()) {
    free_.reserve(messages_.size());
    for (std::size_t i = messages_.size(); i-- > 0;) free_.push_back(&messages_[i]);
  }

  static constexpr std::size_t buffer_bytes(std::size_t longest_bytes, bool verify,
                                            unsigned streams) noexcept {
    return verify ? most_verified(longest_bytes, streams) * longest_bytes : kFillerBytes;
  }

  /// Whether another may be begun: there is memory for it, and the peer lets it.
  bool has_room(const QuicConnection& connection) const noexcept {
    return !free_.empty() && connection.bidi_streams_left() > 0;
  }

  /// Begins a message; false where there is no room.
  bool begin(QuicConnection& connection, const MessageHead& head) noexcept {
    if (free_.empty()) return false;
    Message& message = *free_.back();
    message.id = connection.try_open_bidi_stream(&message);
    if (message.id < 0) return false;
    free_.pop_back();
    write_head(message.head.data(), head);
    message.sent = 0;
    message.bytes = kMessageHeadBytes + std::uint64_t{head.length};
    if (verify_) [[unlikely]]
      write_pattern(payload_of(message, 0), head.length, pattern_seed(head, side_));
    ready_.push(&message);
    return true;
  }

  /// Nothing of what was begun is left to send.
  bool is_empty() const noexcept { return ready_.is_empty() && blocked_.is_empty(); }

  /// Before the first packet of a turn: windows may have grown.
  void begin_turn(const QuicConnection& connection) noexcept {
    if (blocked_.is_empty() || !connection.has_credit()) return;
    for (; !blocked_.is_empty(); blocked_.pop()) ready_.push(blocked_.front());
  }

  /// The next packet, as `QuicConnection::write` has it.
  ngtcp2_ssize write(QuicConnection& connection, std::uint8_t* to, std::uint64_t now_ns) noexcept {
    for (bool has_turn = true; !ready_.is_empty();) {
      Message& message = *ready_.front();
      std::array<ngtcp2_vec, 2> pieces;
      const std::size_t count = describe(message, pieces);
      const bool last = pieces[0].len + pieces[1].len == message.bytes - message.sent;
      ngtcp2_ssize taken = -1;
      const bool shares = ready_.size() > 1;
      const ngtcp2_ssize length = connection.write_some(to, message.id, {pieces.data(), count},
                                                        last, taken, now_ns, shares);
      if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
        // Its own window is full; others may go on.
        ready_.pop();
        blocked_.push(&message);
        continue;
      }
      // Where nothing goes now, for want of a window, it keeps its turn.
      if (taken > 0) {
        message.sent += static_cast<std::uint64_t>(taken);
        const bool is_out = message.sent == message.bytes;
        if (is_out || has_turn) ready_.pop();
        if (!is_out && has_turn) ready_.push(&message);
        has_turn = false;
      }
      if (length != NGTCP2_ERR_WRITE_MORE) return length;
    }
    std::size_t taken = 0;
    return connection.write(to, -1, nullptr, 0, taken, now_ns);
  }

  /// The stream of one does not exist any more: all of it has arrived, and the peer has ended its
  /// half. False where the peer did so before all was sent.
  bool closed(void* state) noexcept {
    auto* message = static_cast<Message*>(state);
    if (message->sent != message->bytes) return false;
    free_.push_back(message);
    return true;
  }

 private:
  /// More than a packet holds.
  static constexpr std::size_t kFillerBytes = std::size_t{64} << 10;
  static constexpr std::size_t kVerifiedBytes = std::size_t{32} << 20;

  struct Message {
    std::int64_t id = -1;
    /// Head and payload, and how much of it was sent.
    std::uint64_t bytes = 0;
    std::uint64_t sent = 0;
    std::array<std::uint8_t, kMessageHeadBytes> head{};
  };

  static constexpr std::size_t most_verified(std::size_t longest_bytes, unsigned streams) noexcept {
    return std::clamp<std::size_t>(kVerifiedBytes / std::max<std::size_t>(longest_bytes, 1), 1,
                                   streams);
  }

  std::uint8_t* payload_of(const Message& message, std::uint64_t at) noexcept {
    if (!verify_) [[likely]]
      return payload_.data();
    const auto index = static_cast<std::size_t>(&message - messages_.data());
    return payload_.data() + index * payload_bytes_ + at;
  }

  /// What comes next of it: at most a filler of payload, behind what is left of the head.
  std::size_t describe(Message& message, std::array<ngtcp2_vec, 2>& pieces) noexcept {
    const std::size_t in_head = std::min<std::uint64_t>(message.sent, kMessageHeadBytes);
    const std::uint64_t at = message.sent - in_head;
    const std::uint64_t left = message.bytes - kMessageHeadBytes - at;
    pieces[0] = {message.head.data() + in_head, kMessageHeadBytes - in_head};
    pieces[1] = {payload_of(message, at),
                 static_cast<std::size_t>(std::min<std::uint64_t>(left, kFillerBytes))};
    if (pieces[0].len == 0) {
      std::swap(pieces[0], pieces[1]);
      pieces[1].len = 0;
      return 1;
    }
    return pieces[1].len == 0 ? 1 : 2;
  }

  bool verify_;
  Side side_;
  std::size_t payload_bytes_;
  std::vector<Message> messages_;
  PageBuffer payload_;
  std::vector<Message*> free_;
  /// With something to send, in the order of their turns.
  FixedQueue<Message*> ready_;
  /// Whose own window is full.
  FixedQueue<Message*> blocked_;
};

}  // namespace xr
