#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/page_buffer.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_shape.h"
#include "transport/quic/quic_events.h"
#include "transport/quic/quic_message_link.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// Messages of all flows on one bidirectional stream that lives as long as the connection. The
/// window of the peer opens as messages are taken, so that those not taken hold it back; an
/// acknowledgement goes with the next message.
template <WaitPolicy kWait>
class QuicStreamMessages : public QuicMessageLink<QuicStreamMessages<kWait>, kWait> {
  using Base = QuicMessageLink<QuicStreamMessages<kWait>, kWait>;

 public:
  static constexpr bool kIsLossy = false;

  /// `events` are those that the connection was set up with; this fills them in.
  QuicStreamMessages(QuicLane& lane, QuicStreamEvents& events, MessageShape shape, bool bulk,
                     std::uint64_t window_bytes, const StopFlag& stop)
      // As many as the window lets come while none of them is taken; of a large one, more than any
      // workload leaves.
      : Base(lane, std::move(shape),
             static_cast<std::size_t>(
                 std::min(window_bytes / kMessageHeadBytes + 1, kMostArrivals)),
             bulk, stop),
        id_(lane.streams.front()),
        outgoing_(shape_),
        ring_(kRingBytes),
        flows_(shape_.connection_of_flow.size()),
        streams_(pump_.connection(), events,
                 {this, &QuicStreamMessages::on_data,
                  [](void*, std::int64_t, void*, std::uint64_t) {}, events.closed}) {
    out_ = {id_, ring_.data(), ring_.size()};
    owes_packets_ = pump_.connection().is_own_stream(id_);
  }

  static constexpr std::size_t buffer_bytes(std::size_t longest_bytes) noexcept {
    return kRingBytes + OutgoingMessage::buffer_bytes(longest_bytes);
  }

  Io offer(const MessageHead& head) noexcept {
    if (is_sending_) return Io::kFull;
    head_ = head;
    appended_of_head_ = 0;
    is_sending_ = true;
    return push();
  }

  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }

  // What the wait asks for.

  bool is_sending() const noexcept { return is_sending_; }

  Io settle() noexcept {
    give_credit();
    return owes_packets_ || unsent() > 0 ? write() : Io::kOk;
  }

  Io go_on() noexcept {
    give_credit();
    // With what was acknowledged there may be room again.
    return unsent() > 0 || is_sending_ ? push() : Io::kOk;
  }

  /// What goes now of what was appended, and all else that is to be sent.
  Io write() noexcept {
    is_blocked_ = false;
    owes_packets_ = false;
    if (!is_open_) [[unlikely]]
      open();
    if (unsent() == 0 || !is_open_) return pump_.write_control();
    do {
      const Io io = pump_.write_stream(out_, appended_);
      if (io == Io::kFull) {
        is_blocked_ = true;
        return Io::kOk;
      }
      if (io != Io::kOk) return io;
    } while (unsent() > 0);
    return Io::kOk;
  }

 private:
  using Base::arrivals_;
  using Base::owes_packets_;
  using Base::pump_;
  using Base::shape_;
  using Base::trouble_;

  /// What is not acknowledged stays here.
  static constexpr std::size_t kRingBytes = std::size_t{4} << 20;
  static constexpr std::uint64_t kMostArrivals = 65'536;

  std::uint64_t unsent() const noexcept { return appended_ - out_.sent; }

  /// As much of the message as there is room for, and out with it.
  Io push() noexcept {
    for (;;) {
      bool moved = false;
      if (is_sending_) moved = append();
      const std::uint64_t before = out_.sent;
      if (const Io io = write(); io != Io::kOk) return io;
      moved = moved || out_.sent != before;
      if ((!is_sending_ && unsent() == 0) || !moved || is_blocked_) return Io::kOk;
    }
  }

  bool append() noexcept {
    const std::uint64_t held = unsent() + pump_.connection().unacked_bytes();
    const std::size_t room = kRingBytes - static_cast<std::size_t>(std::min<std::uint64_t>(
                                              held, kRingBytes));
    const std::uint8_t* message = outgoing_.write(head_);
    const std::size_t bytes = kMessageHeadBytes + head_.length;
    const std::size_t some = std::min(room, bytes - appended_of_head_);
    const std::size_t at = appended_ % kRingBytes;
    const std::size_t first = std::min(some, kRingBytes - at);
    std::memcpy(ring_.data() + at, message + appended_of_head_, first);
    std::memcpy(ring_.data(), message + appended_of_head_ + first, some - first);
    appended_ += some;
    appended_of_head_ += some;
    is_sending_ = appended_of_head_ != bytes;
    return some > 0;
  }

  /// The client's first frame makes the stream, if only one without a byte. A server that is to
  /// send before it has come waits for it.
  void open() noexcept {
    QuicConnection& connection = pump_.connection();
    is_open_ = connection.is_own_stream(id_) ? unsent() > 0 || announce()
                                             : connection.has_stream(id_);
    is_blocked_ = !is_open_;
  }

  bool announce() noexcept {
    bool is_told = false;
    pump_.write_all([&](std::uint8_t* room, std::uint64_t now_ns) -> ngtcp2_ssize {
      if (is_told) return 0;
      ngtcp2_ssize taken = -1;
      const ngtcp2_ssize length =
          pump_.connection().write_some(room, id_, {}, false, taken, now_ns, false);
      is_told = taken >= 0;
      return length;
    });
    // Else at the next occasion.
    owes_packets_ = !is_told;
    return is_told;
  }

  void give_credit() noexcept {
    if (!arrivals_.is_empty() || held_credit_ == 0) return;
    pump_.connection().give_credit(id_, std::exchange(held_credit_, 0));
  }

  static void on_data(void* self, std::int64_t, void*, const std::uint8_t* data,
                      std::size_t length, bool) noexcept {
    static_cast<QuicStreamMessages*>(self)->take(data, length);
  }

  void take(const std::uint8_t* from, std::size_t length) noexcept {
    held_credit_ += length;
    this->note_heard();
    for (const std::uint8_t* const to = from + length;
         from != to && trouble_ == MessageTrouble::kNone;) {
      const MessageParser::Step step = parser_.take(from, to, shape_, 0);
      if (step == MessageParser::Step::kIncomplete) return;
      if (step == MessageParser::Step::kBad || arrivals_.is_full()) [[unlikely]] {
        trouble_ = step == MessageParser::Step::kBad ? parser_.trouble() : MessageTrouble::kHead;
        return;
      }
      arrivals_.add(parser_.head());
      flows_[parser_.head().flow].messages += 1;
    }
  }

  std::int64_t id_;
  OutgoingMessage outgoing_;
  PageBuffer ring_;
  QuicOutgoing out_;
  std::uint64_t appended_ = 0;
  /// The message of which some is not in the ring yet.
  MessageHead head_;
  std::size_t appended_of_head_ = 0;
  bool is_sending_ = false;
  /// Both ends have the stream.
  bool is_open_ = false;
  /// No more goes now.
  bool is_blocked_ = false;
  MessageParser parser_;
  std::vector<FlowCounters> flows_;
  std::uint64_t held_credit_ = 0;
  HeldStreams streams_;
};

}  // namespace xr
