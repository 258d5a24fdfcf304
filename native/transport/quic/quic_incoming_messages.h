#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fixed_queue.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_shape.h"
#include "transport/quic/quic_connection.h"
#include "workload/message_head.h"

namespace xr {

/// Messages that come each on a stream of the peer's, several of them at once, and complete in
/// whatever order: a message is whole where its stream ends. Of those that are under way it keeps
/// no payload. Each stream is ended here as well, without a byte, and only then does it exist no
/// more.
///
/// The peer may have `streams` open, and may open others as these are given back: no message, and
/// no end, comes without a place for it.
class QuicIncomingMessages {
 public:
  explicit QuicIncomingMessages(unsigned streams)
      : streams_(streams), parsers_(streams), ends_(streams) {
    free_.reserve(streams);
    for (std::size_t i = streams; i-- > 0;) free_.push_back(&parsers_[i]);
  }

  /// Bytes of a stream that the peer has opened, while its `data` event is told. The head of the
  /// message that is whole with them, else null; then there may be `trouble`.
  const MessageHead* take(QuicConnection& connection, const MessageShape& shape, std::int64_t id,
                          void* state, const std::uint8_t* from, std::size_t length,
                          bool last) noexcept {
    auto* parser = static_cast<MessageParser*>(state);
    // Most come in one packet, and need no place in between.
    if (parser == nullptr && last) {
      parser = &whole_;
    } else if (parser == nullptr) {
      if (free_.empty()) [[unlikely]]
        return fail(MessageTrouble::kStream);
      parser = free_.back();
      free_.pop_back();
      connection.attach(id, parser);
    }
    const std::uint8_t* const to = from + length;
    const MessageParser::Step step =
        length == 0 ? MessageParser::Step::kIncomplete : parser->take(from, to, shape, 0);
    if (step == MessageParser::Step::kBad) [[unlikely]]
      return fail(parser->trouble());
    // The end of the stream is that of the message, neither before nor after it.
    const bool is_whole = step == MessageParser::Step::kComplete;
    if (is_whole != last || from != to || ends_.is_full()) [[unlikely]]
      return fail(MessageTrouble::kStream);
    if (!last) {
      connection.give_stream_credit(id, length);
      return nullptr;
    }
    if (parser != &whole_) {
      connection.attach(id, nullptr);
      free_.push_back(parser);
    }
    ends_.push(id);
    ++unreturned_;
    return &parser->head();
  }

  /// The next packet with ends of streams whose message is whole, as `QuicConnection::write_some`
  /// has it; NGTCP2_ERR_WRITE_MORE: all are written, or none was left.
  ngtcp2_ssize write_ends(QuicConnection& connection, std::uint8_t* to,
                          std::uint64_t now_ns) noexcept {
    while (!ends_.is_empty()) {
      ngtcp2_ssize taken = -1;
      const ngtcp2_ssize length =
          connection.write_some(to, ends_.front(), {}, true, taken, now_ns);
      const bool is_unwanted =
          length == NGTCP2_ERR_STREAM_SHUT_WR || length == NGTCP2_ERR_STREAM_NOT_FOUND;
      if (taken >= 0 || is_unwanted) ends_.pop();
      if (length != NGTCP2_ERR_WRITE_MORE && !is_unwanted) return length;
    }
    return NGTCP2_ERR_WRITE_MORE;
  }
  bool owes_ends() const noexcept { return !ends_.is_empty(); }

  /// All that was given is taken: lets the peer open other streams for those that are done with, a
  /// good part of them at a time. True when it did.
  bool return_streams(QuicConnection& connection) noexcept {
    const std::size_t done = unreturned_ - ends_.size();
    if (done * kParts < streams_) [[likely]]
      return false;
    connection.let_open_bidi(done);
    unreturned_ -= done;
    return true;
  }

  MessageTrouble trouble() const noexcept { return trouble_; }

 private:
  static constexpr std::size_t kParts = 4;

  const MessageHead* fail(MessageTrouble trouble) noexcept {
    trouble_ = trouble;
    return nullptr;
  }

  std::size_t streams_;
  /// Of messages that come in one piece.
  MessageParser whole_;
  std::vector<MessageParser> parsers_;
  std::vector<MessageParser*> free_;
  /// Streams that this end has not ended.
  FixedQueue<std::int64_t> ends_;
  /// Whole messages whose streams were not given back.
  std::size_t unreturned_ = 0;
  MessageTrouble trouble_ = MessageTrouble::kNone;
};

}  // namespace xr
