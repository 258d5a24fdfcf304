#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "transport/message/message_contents.h"
#include "transport/message/message_shape.h"
#include "transport/quic/quic_events.h"
#include "transport/quic/quic_incoming_messages.h"
#include "transport/quic/quic_message_link.h"
#include "transport/quic/quic_outgoing_messages.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// Each message on a stream of its own, so that one which is lost on the way holds back no other:
/// they may overtake one another, and none is lost.
///
/// The stream is a bidirectional one. Whoever receives ends the other half at once, without a byte,
/// in a packet that goes anyhow; a stream of one way would say the same in a frame less, but the
/// ngtcp2 of Debian 12 and Ubuntu 24.04 (0.12) does not free those of a peer as long as the
/// connection lives (`kNgtcp2ClosesUniStreams`). An answer has a stream of its own as well: links
/// know messages of flows, not which of them answers which.
///
/// A peer that does not take messages is held back by the window of the connection, and by the
/// number of streams that it may open: both are given back as messages are taken.
template <WaitPolicy kWait>
class QuicStreamEachMessages : public QuicMessageLink<QuicStreamEachMessages<kWait>, kWait> {
  using Base = QuicMessageLink<QuicStreamEachMessages<kWait>, kWait>;

 public:
  static constexpr bool kIsLossy = false;

  /// `events` are those that the connection was set up with, this fills them in; `streams` is what
  /// either end of it lets the other open.
  QuicStreamEachMessages(QuicLane& lane, QuicStreamEvents& events, MessageShape shape, bool bulk,
                         unsigned streams, const StopFlag& stop)
      : Base(lane, std::move(shape), streams, bulk, stop),
        outgoing_(shape_, streams),
        incoming_(streams),
        flows_(shape_.connection_of_flow.size()),
        streams_(pump_.connection(), events,
                 {this, &QuicStreamEachMessages::on_data, &QuicStreamEachMessages::on_reset,
                  &QuicStreamEachMessages::on_closed}) {}

  Io offer(const MessageHead& head) noexcept {
    is_refused_ = !outgoing_.begin(pump_.connection(), head);
    return is_refused_ ? Io::kFull : write();
  }

  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }

  // What the wait asks for.

  bool is_sending() const noexcept { return is_refused_; }

  Io settle() noexcept {
    give_credit();
    return owes_packets_ || !outgoing_.is_empty() ? write() : Io::kOk;
  }

  Io go_on() noexcept {
    give_credit();
    is_refused_ = is_refused_ && !outgoing_.has_room(pump_.connection());
    return outgoing_.is_empty() ? Io::kOk : write();
  }

  Io write() noexcept {
    owes_packets_ = false;
    QuicConnection& connection = pump_.connection();
    outgoing_.begin_turn(connection);
    const bool has_messages = !outgoing_.is_empty();
    bool is_through = false;
    return pump_.write_all([&](std::uint8_t* room, std::uint64_t now_ns) -> ngtcp2_ssize {
      if (is_through) return 0;
      ngtcp2_ssize length = incoming_.write_ends(connection, room, now_ns);
      if (length == NGTCP2_ERR_WRITE_MORE) length = outgoing_.write(connection, room, now_ns);
      // The last of the messages left room in its packet: nothing else is to be sent.
      is_through = has_messages && outgoing_.is_empty() &&
                   length < static_cast<ngtcp2_ssize>(connection.payload_bytes());
      return length;
    });
  }

 private:
  using Base::arrivals_;
  using Base::owes_packets_;
  using Base::pump_;
  using Base::shape_;
  using Base::trouble_;

  void give_credit() noexcept {
    if (!arrivals_.is_empty()) return;
    if (held_credit_ != 0) pump_.connection().give_credit(std::exchange(held_credit_, 0));
    // The peer may wait for nothing else.
    if (incoming_.return_streams(pump_.connection())) [[unlikely]]
      owes_packets_ = true;
  }

  static void on_data(void* self, std::int64_t id, void* state, const std::uint8_t* data,
                      std::size_t length, bool last) noexcept {
    static_cast<QuicStreamEachMessages*>(self)->take(id, state, data, length, last);
  }

  void take(std::int64_t id, void* state, const std::uint8_t* data, std::size_t length,
            bool last) noexcept {
    if (trouble_ != MessageTrouble::kNone) [[unlikely]]
      return;
    this->note_heard();
    QuicConnection& connection = pump_.connection();
    // The other half of a message that was sent has an end and nothing else.
    const bool is_own = connection.is_own_stream(id);
    if (is_own && length == 0) return;
    if (is_own || !QuicConnection::is_bidi_stream(id)) [[unlikely]] {
      trouble_ = MessageTrouble::kStream;
      return;
    }
    held_credit_ += length;
    const MessageHead* head = incoming_.take(connection, shape_, id, state, data, length, last);
    if (head == nullptr) {
      trouble_ = incoming_.trouble();
      return;
    }
    arrivals_.add(*head);
    flows_[head->flow].messages += 1;
  }

  static void on_reset(void* self, std::int64_t, void*, std::uint64_t) noexcept {
    static_cast<QuicStreamEachMessages*>(self)->trouble_ = MessageTrouble::kStream;
  }

  static void on_closed(void* self, std::int64_t id, void* state) noexcept {
    auto& link = *static_cast<QuicStreamEachMessages*>(self);
    if (state == nullptr || !link.pump_.connection().is_own_stream(id)) return;
    if (!link.outgoing_.closed(state)) link.trouble_ = MessageTrouble::kStream;
  }

  QuicOutgoingMessages outgoing_;
  QuicIncomingMessages incoming_;
  /// An offer found no room, and there was none since.
  bool is_refused_ = false;
  std::vector<FlowCounters> flows_;
  std::uint64_t held_credit_ = 0;
  HeldStreams streams_;
};

}  // namespace xr
