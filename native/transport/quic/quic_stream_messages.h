#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/message/flow_losses.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_shape.h"
#include "transport/message/ready_sockets.h"
#include "transport/quic/quic_events.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// Messages of all flows on one bidirectional stream that lives as long as the connection. The
/// window of the peer opens as messages are taken, so that those not taken hold it back; an
/// acknowledgement goes with the next message.
template <WaitPolicy kWait>
class QuicStreamMessages {
 public:
  static constexpr bool kIsLossy = false;

  /// `events` are those that the connection was set up with; this fills them in.
  QuicStreamMessages(QuicLane& lane, QuicStreamEvents& events, MessageShape shape, bool bulk,
                     std::uint64_t window_bytes, const StopFlag& stop)
      : shape_(std::move(shape)),
        idle_(shape_.idle_timeout_ns, stop),
        id_(lane.streams.front()),
        pump_(lane, bulk, shape_.idle_timeout_ns, stop),
        outgoing_(shape_),
        ring_(kRingBytes),
        // As many as the window lets come while none of them is taken; of a large one, more than any
        // workload leaves.
        arrivals_(static_cast<std::size_t>(
            std::min(window_bytes / kMessageHeadBytes + 1, kMostArrivals))),
        flows_(shape_.connection_of_flow.size()),
        events_(events),
        quiet_(events) {
    out_ = {id_, ring_.data(), ring_.size()};
    pump_.connection().inbox().holds_credit = true;
    events_ = {this, &QuicStreamMessages::on_data,
               [](void*, std::int64_t, void*, std::uint64_t) {}, quiet_.closed};
  }
  ~QuicStreamMessages() {
    events_ = quiet_;
    pump_.connection().inbox().holds_credit = false;
  }
  QuicStreamMessages(const QuicStreamMessages&) = delete;
  QuicStreamMessages& operator=(const QuicStreamMessages&) = delete;

  Io offer(const MessageHead& head) noexcept {
    if (is_sending_) return Io::kFull;
    head_ = head;
    appended_of_head_ = 0;
    is_sending_ = true;
    return push();
  }

  Io wait(std::uint64_t limit_ns) noexcept {
    if (limit_ns != kNoLimit) idle_.heard();
    if (!arrivals_.is_empty() && !is_sending_) return Io::kOk;
    give_credit();
    if (owes_packets_ || unsent() > 0) {
      if (const Io io = write(); io != Io::kOk) return io;
    }
    for (;;) {
      const bool was_sending = is_sending_;
      const std::size_t before = arrivals_.size();
      const Io io = pump_.read_some(std::min(limit_ns, kMessageNapNs));
      if (trouble_ != MessageTrouble::kNone) [[unlikely]]
        return Io::kError;
      if (io == Io::kStalled) return idle_.due(limit_ns);
      if (io != Io::kOk) [[unlikely]]
        return io;
      owes_packets_ = true;
      give_credit();
      // With what was acknowledged there may be room again.
      if (unsent() > 0 || is_sending_) {
        if (const Io sent = push(); sent != Io::kOk) return sent;
      }
      if (arrivals_.size() > before || (was_sending && !is_sending_)) [[likely]] {
        idle_.heard();
        return Io::kOk;
      }
      if (const Io written = write(); written != Io::kOk) return written;
      if (limit_ns != kNoLimit) return idle_.due(limit_ns);
    }
  }

  std::span<const MessageHead> arrivals() const noexcept { return arrivals_.all(); }
  void taken(std::size_t count) noexcept { arrivals_.taken(count); }

  Counters& counters() noexcept { return counters_; }
  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    if (auto fault = message_fault(trouble_)) return fault;
    return pump_.fault();
  }

 private:
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

  /// What goes now of what was appended, and all else that is to be sent.
  Io write() noexcept {
    is_blocked_ = false;
    owes_packets_ = false;
    if (unsent() == 0) return pump_.write_control();
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
    idle_.heard();
    for (const std::uint8_t* const to = from + length;
         from != to && trouble_ == MessageTrouble::kNone;) {
      const MessageParser::Step step = parser_.take(from, to, shape_, 0);
      if (step == MessageParser::Step::kIncomplete) return;
      if (step == MessageParser::Step::kBad || arrivals_.is_full()) [[unlikely]] {
        trouble_ = step == MessageParser::Step::kBad ? parser_.trouble() : MessageTrouble::kHead;
        return;
      }
      arrivals_.add(parser_.head());
      flows_.completed(parser_.head().flow, parser_.head().number);
    }
  }

  MessageShape shape_;
  IdleWatch idle_;
  std::int64_t id_;
  QuicPump<kWait> pump_;
  OutgoingMessage outgoing_;
  PageBuffer ring_;
  QuicOutgoing out_;
  std::uint64_t appended_ = 0;
  /// The message of which some is not in the ring yet.
  MessageHead head_;
  std::size_t appended_of_head_ = 0;
  bool is_sending_ = false;
  /// No more goes now.
  bool is_blocked_ = false;
  /// Something has come, and nothing was sent since.
  bool owes_packets_ = false;
  MessageParser parser_;
  MessageArrivals arrivals_;
  FlowLosses flows_;
  std::uint64_t held_credit_ = 0;
  Counters counters_;
  MessageTrouble trouble_ = MessageTrouble::kNone;
  QuicStreamEvents& events_;
  QuicStreamEvents quiet_;
};

}  // namespace xr
