#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_reassembly.h"
#include "transport/message/message_shape.h"
#include "transport/quic/quic_message_link.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// Messages in DATAGRAM frames, several for one that does not fit into one: congestion control says
/// when they go, and nothing sends them again.
template <WaitPolicy kWait>
class QuicDatagramMessages : public QuicMessageLink<QuicDatagramMessages<kWait>, kWait> {
  using Base = QuicMessageLink<QuicDatagramMessages<kWait>, kWait>;

 public:
  static constexpr bool kIsLossy = true;

  /// Frames of one way begin with the number `send_base`, those of the other with `receive_base`.
  QuicDatagramMessages(QuicLane& lane, MessageShape shape, std::uint64_t send_base,
                       std::uint64_t receive_base, bool bulk, const StopFlag& stop)
      : Base(lane, std::move(shape), kMostArrivals, bulk, stop),
        writer_(shape_, frame_bytes(*lane.connection)),
        next_datagram_(send_base),
        incoming_(receive_base),
        flows_(shape_.connection_of_flow.size()) {
    QuicInbox& inbox = pump_.connection().inbox();
    inbox.context = this;
    inbox.on_datagram = [](void* self, const std::uint8_t* data, std::size_t length) {
      static_cast<QuicDatagramMessages*>(self)->take(data, length);
    };
  }
  ~QuicDatagramMessages() { pump_.connection().inbox().on_datagram = nullptr; }

  /// What a DATAGRAM frame carries on this connection, as far as is known.
  static std::size_t frame_bytes(const QuicConnection& connection) noexcept {
    return connection.payload_bytes() - kQuicDatagramOverheadBytes;
  }

  Io offer(const MessageHead& head) noexcept {
    if (is_sending()) return Io::kFull;
    head_ = head;
    fragment_ = 0;
    fragments_ = static_cast<std::uint32_t>(
        FragmentWriter::fragments_of(head.length, writer_.datagram_bytes()));
    return push();
  }

  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }
  void refresh() noexcept {
    counters_.local_drops = pump_.refused() + dropped_;
    counters_.duplicates = incoming_.datagrams().duplicates;
    counters_.reordered = incoming_.datagrams().reordered;
  }

  // What the wait asks for.

  bool is_sending() const noexcept { return fragment_ != fragments_; }
  Io settle() noexcept { return owes_packets_ ? write() : Io::kOk; }
  Io go_on() noexcept { return is_sending() ? push() : Io::kOk; }
  Io write() noexcept {
    owes_packets_ = false;
    return pump_.write_control();
  }

 private:
  using Base::arrivals_;
  using Base::counters_;
  using Base::owes_packets_;
  using Base::pump_;
  using Base::shape_;
  using Base::trouble_;

  static constexpr std::size_t kMostArrivals = 4096;

  /// As many fragments as congestion control lets go.
  Io push() noexcept {
    while (fragment_ != fragments_) {
      const FragmentHead part{next_datagram_, head_.flow, static_cast<std::uint16_t>(fragment_),
                              static_cast<std::uint16_t>(fragments_)};
      const Io io = pump_.write_datagram(writer_.data(), writer_.write(head_, part));
      if (io == Io::kFull) break;
      if (io != Io::kOk) return io;
      owes_packets_ = false;
      next_datagram_ += 1;
      fragment_ += 1;
    }
    return pump_.flush();
  }

  void take(const std::uint8_t* data, std::size_t length) noexcept {
    // Nobody takes what has come: as a socket, it has no more room.
    if (arrivals_.is_full()) {
      ++dropped_;
      return;
    }
    this->note_heard();
    switch (incoming_.take(data, length, shape_, 0, flows_)) {
      case MessageReassembly::Step::kStray: return;
      case MessageReassembly::Step::kBad: trouble_ = MessageTrouble::kHead; return;
      case MessageReassembly::Step::kComplete: arrivals_.add(incoming_.head()); break;
      case MessageReassembly::Step::kNothing: break;
    }
    if (shape_.verify && !holds_pattern(data, length)) [[unlikely]]
      trouble_ = MessageTrouble::kDiffers;
  }

  FragmentWriter writer_;
  std::uint64_t next_datagram_;
  /// The message of which some has not gone out.
  MessageHead head_;
  std::uint32_t fragment_ = 0;
  std::uint32_t fragments_ = 0;
  MessageReassembly incoming_;
  FlowLosses flows_;
  std::uint64_t dropped_ = 0;
};

}  // namespace xr
