#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_reassembly.h"
#include "transport/message/message_shape.h"
#include "transport/message/ready_sockets.h"
#include "transport/rdma/links/lane_numbers.h"
#include "transport/rdma/links/rdma_link.h"
#include "workload/message_link.h"

namespace xr {

/// Messages over one queue pair, by send or write with immediate data, cut where a slot of the
/// receiver ends: over UD what one packet carries. Over RC nothing is sent that has no receive:
/// each message says how many the sender of it has posted by then, and where nothing else is to be
/// said a message without payload does. Where messages can be lost such counts would drift, and
/// what finds no receive is lost like everything else.
template <WaitPolicy kWait, bool kLossy>
class RdmaMessages : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  static constexpr bool kIsLossy = kLossy;

  RdmaMessages(Lane& lane, const EndpointSpec& spec, MessageShape shape, const Waker& waker)
      : Base(lane, spec, waker),
        shape_(std::move(shape)),
        idle_(shape_.idle_timeout_ns, waker.flag()),
        datagram_bytes_(lane.datagram_bytes()),
        payload_offset_(lane.shape().payload_offset),
        request_(this->message_to_peer(spec, buffer_, lane.tx_slot(0))),
        peer_memory_(request_.wr.rdma.remote_addr),
        writes_(request_.opcode == IBV_WR_RDMA_WRITE_WITH_IMM),
        next_datagram_(datagram_base_of(lane.address())),
        incoming_(datagram_base_of(lane.peer())),
        source_(lane, spec),
        held_(lane.receive_count()),
        arrivals_(kMostArrivals),
        flows_(shape_.connection_of_flow.size()),
        posted_(lane.receive_count()),
        told_(posted_),
        peer_posted_(lane.peer().rx_depth) {
    request_.opcode = writes_ ? IBV_WR_RDMA_WRITE_WITH_IMM : IBV_WR_SEND_WITH_IMM;
  }

  Io offer(const MessageHead& head) noexcept {
    if (is_sending()) return Io::kFull;
    head_ = head;
    fragment_ = 0;
    fragments_ = static_cast<std::uint32_t>(
        FragmentWriter::fragments_of(head.length, datagram_bytes_));
    return push();
  }

  Io wait(std::uint64_t limit_ns) noexcept {
    if (limit_ns != kNoLimit) idle_.heard();
    const bool had_arrivals = !arrivals_.is_empty();
    if (had_arrivals && !is_sending()) return Io::kOk;
    if (!had_arrivals) {
      if (const Io io = parse(); io != Io::kOk) return io;
      if (!arrivals_.is_empty()) return Io::kOk;
    }
    for (;;) {
      const ibv_wc* done = nullptr;
      const std::uint64_t strangers_before = this->counters_.strangers;
      const Io io = this->completions_.next(done, std::min(limit_ns, kMessageNapNs));
      is_quiet_ = io == Io::kStalled;
      if (io == Io::kStalled) return idle_.due(limit_ns);
      if (io != Io::kOk) [[unlikely]]
        return io;
      for (; done != nullptr; done = this->completions_.taken()) {
        if (done->status != IBV_WC_SUCCESS) [[unlikely]]
          return this->completions_.fail(*done);
        if (Base::is_receive(*done)) {
          hold(*done);
        } else {
          this->released(*done);
        }
      }
      if (!had_arrivals) {
        if (const Io parsed = parse(); parsed != Io::kOk) return parsed;
      }
      const bool was_sending = is_sending();
      if (was_sending) {
        if (const Io sent = push(); sent != Io::kOk) return sent;
      }
      if ((!had_arrivals && !arrivals_.is_empty()) || (was_sending && !is_sending())) {
        idle_.heard();
        return Io::kOk;
      }
      // Strangers do not make it wait any longer.
      if (limit_ns != kNoLimit || this->counters_.strangers != strangers_before)
        return idle_.due(limit_ns);
    }
  }

  std::span<const MessageHead> arrivals() const noexcept { return arrivals_.all(); }
  void taken(std::size_t count) noexcept { arrivals_.taken(count); }

  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }

  // What many of them ask for (joined_messages.h).
  int wake_fd() const noexcept { return this->completions_.wake_fd(); }
  bool is_quiet() const noexcept { return is_quiet_; }
  std::uint64_t heard() const noexcept { return heard_; }
  std::uint64_t due_ns() const noexcept { return kNoLimit; }
  bool is_sending() const noexcept { return fragment_ != fragments_; }

  void refresh() noexcept {
    this->counters_.duplicates = incoming_.datagrams().duplicates;
    this->counters_.reordered = incoming_.datagrams().reordered;
  }
  std::optional<Fault> fault() const {
    if (auto fault = message_fault(trouble_)) return fault;
    return Base::fault();
  }

 private:
  static constexpr std::size_t kMostArrivals = 4096;

  /// A message that came and was not looked at yet.
  struct Held {
    std::uint32_t slot;
    std::uint32_t bytes;
  };

  /// Of counts that go round.
  static bool is_before(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a - b) < 0;
  }

  /// A quarter of the peer's receives is kept for those that only tell of receives, so that two
  /// ends which are both full still get on.
  bool has_receive(bool is_data) const noexcept {
    if constexpr (kLossy) return true;
    const std::uint32_t kept = is_data ? this->lane_.peer().rx_depth / 4 : 0;
    return is_before(sent_ + kept, peer_posted_);
  }

  /// As much of the message as there is room for.
  Io push() noexcept {
    while (is_sending()) {
      if (this->room() == 0 || !has_receive(true)) return Io::kOk;
      const unsigned slot = tx_next_;
      tx_next_ = tx_next_ + 1 == this->lane_.shape().tx_slots ? 0 : tx_next_ + 1;
      std::uint8_t* const at = this->lane_.tx_slot(slot);
      const FragmentHead part{next_datagram_, head_.flow, static_cast<std::uint16_t>(fragment_),
                              static_cast<std::uint16_t>(fragments_)};
      const std::size_t bytes =
          write_fragment(at, datagram_bytes_, head_, part, shape_.verify);
      buffer_.addr = reinterpret_cast<std::uintptr_t>(at);
      buffer_.length = static_cast<std::uint32_t>(bytes);
      request_.num_sge = 1;
      request_.send_flags = 0;
      if (bytes <= this->lane_.inline_bytes()) request_.send_flags = IBV_SEND_INLINE;
      // Receives are used up in the order in which they were posted, one by each message.
      if (writes_)
        request_.wr.rdma.remote_addr =
            peer_memory_ + sent_ % this->lane_.peer().rx_depth * this->lane_.shape().stride;
      if (const Io io = hand_over(); io != Io::kOk) return io;
      next_datagram_ += 1;
      fragment_ += 1;
    }
    return Io::kOk;
  }

  Io hand_over() noexcept {
    request_.imm_data = htonl(posted_);
    told_ = posted_;
    sent_ += 1;
    return this->post(request_, request_, 1);
  }

  void hold(const ibv_wc& completion) noexcept {
    if (source_.is_foreign(completion)) [[unlikely]] {
      this->counters_.strangers += 1;
      // Its receive has to be posted again.
      held_[(held_first_ + held_count_++) % held_.size()] = {};
      return;
    }
    heard_ += 1;
    const std::uint32_t posted = ntohl(completion.imm_data);
    if (is_before(peer_posted_, posted)) peer_posted_ = posted;
    Held& held = held_[(held_first_ + held_count_) % held_.size()];
    held = {static_cast<std::uint32_t>(completion.wr_id & ~wire::kReceiveTag),
            completion.byte_len};
    held_count_ += 1;
  }

  /// The messages in what has come, and the receives again that it took.
  Io parse() noexcept {
    while (held_count_ != 0 && !arrivals_.is_full()) {
      const Held held = held_[held_first_];
      held_first_ = held_first_ + 1 == held_.size() ? 0 : held_first_ + 1;
      held_count_ -= 1;
      if (const Io io = take(held); io != Io::kOk) [[unlikely]]
        return io;
      consumed_ += 1;
      if (consumed_ == this->lane_.receive_block()) {
        if (const Io io = replenish(); io != Io::kOk) return io;
      }
    }
    return tell();
  }

  Io take(const Held& held) noexcept {
    // It only told of receives.
    if (held.bytes <= payload_offset_) return Io::kOk;
    // Of a write with immediate data the peer says the length, whatever its slot holds.
    if (held.bytes > this->lane_.shape().stride) [[unlikely]] {
      trouble_ = MessageTrouble::kHead;
      return Io::kError;
    }
    const std::uint8_t* data = this->lane_.rx_slot(held.slot) + payload_offset_;
    const std::size_t bytes = held.bytes - payload_offset_;
    switch (incoming_.take(data, bytes, shape_, 0, flows_)) {
      case MessageReassembly::Step::kStray: this->counters_.strangers += 1; return Io::kOk;
      case MessageReassembly::Step::kBad: trouble_ = MessageTrouble::kHead; return Io::kError;
      case MessageReassembly::Step::kComplete: arrivals_.add(incoming_.head()); break;
      case MessageReassembly::Step::kNothing: break;
    }
    if (shape_.verify && !holds_pattern(data, bytes)) [[unlikely]] {
      trouble_ = MessageTrouble::kDiffers;
      return Io::kError;
    }
    return Io::kOk;
  }

  Io replenish() noexcept {
    if (const int error = this->lane_.post_receives(next_block_); error != 0)
      return this->completions_.failed("ibv_post_recv", error);
    const unsigned block = this->lane_.receive_block();
    posted_ += block;
    consumed_ = 0;
    next_block_ = (next_block_ + 1) % (this->lane_.receive_count() / block);
    return Io::kOk;
  }

  /// Where half of the receives are new to the peer and nothing was sent that would say so.
  Io tell() noexcept {
    if constexpr (kLossy) return Io::kOk;
    if (posted_ - told_ < this->lane_.receive_count() / 2) return Io::kOk;
    if (this->room() == 0 || !has_receive(false)) return Io::kOk;
    const ibv_wr_opcode opcode = request_.opcode;
    request_.opcode = IBV_WR_SEND_WITH_IMM;
    request_.num_sge = 0;
    request_.send_flags = 0;
    const Io io = hand_over();
    request_.opcode = opcode;
    return io;
  }

  MessageShape shape_;
  IdleWatch idle_;
  std::size_t datagram_bytes_;
  std::size_t payload_offset_;
  ibv_sge buffer_{};
  ibv_send_wr request_;
  std::uint64_t peer_memory_;
  bool writes_;
  std::uint64_t next_datagram_;
  unsigned tx_next_ = 0;
  /// The message of which some has not gone out.
  MessageHead head_;
  std::uint32_t fragment_ = 0;
  std::uint32_t fragments_ = 0;
  MessageReassembly incoming_;
  DatagramSource source_;
  std::vector<Held> held_;
  std::size_t held_first_ = 0;
  std::size_t held_count_ = 0;
  MessageArrivals arrivals_;
  FlowLosses flows_;
  unsigned consumed_ = 0;
  unsigned next_block_ = 0;
  /// Receives that this end has ever posted, what the peer knows of that, and those of the peer;
  /// and the messages that have taken one there. All go round.
  std::uint32_t posted_;
  std::uint32_t told_;
  std::uint32_t peer_posted_;
  std::uint32_t sent_ = 0;
  MessageTrouble trouble_ = MessageTrouble::kNone;
  /// The last wait found nothing, so that an event is going to tell of what comes.
  bool is_quiet_ = false;
  /// What has come of the peer.
  std::uint64_t heard_ = 0;
};

}  // namespace xr
