#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "transport/rdma/links/lane_numbers.h"
#include "transport/rdma/links/rdma_link.h"

namespace xr {

/// The sending side of a stream of send, write or write-imm: lists of prepared work requests, few
/// completions. A plain write tells the receiver how far it has come by writing that number after
/// the messages it counts (writes of one queue pair are placed in their order); the others are
/// counted by their receives.
template <WaitPolicy kWait>
class StreamSenderLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  StreamSenderLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker),
        list_(lane.shape().post_list),
        peer_slots_(std::max<std::uint32_t>(
            1, (lane.peer().window_bytes - static_cast<std::uint32_t>(kControlBytes)) /
                   static_cast<std::uint32_t>(lane.shape().stride))),
        with_credits_(lane.shape().credits),
        with_marks_(spec.of<RdmaOptions>().operation == RdmaOperation::kWrite),
        remote_slots_(spec.of<RdmaOptions>().operation == RdmaOperation::kWrite ||
                      spec.of<RdmaOptions>().operation == RdmaOperation::kWriteImm),
        credit_limit_(lane.peer().rx_depth),
        base_(first_number(spec, lane.address())),
        requests_(list_),
        buffers_(list_) {
    for (unsigned i = 0; i < list_; ++i) {
      std::uint8_t* const from = lane.tx_slot(i % lane.shape().tx_slots);
      requests_[i] = this->message_to_peer(spec, buffers_[i], from);
      if (remote_slots_)
        requests_[i].wr.rdma.remote_addr += (i % peer_slots_) * lane.shape().stride;
      if (i > 0) requests_[i - 1].next = &requests_[i];
      if (this->verify_) write_pattern(from, this->message_bytes_, 0);
    }
    mark_buffer_ = {0, sizeof(ProgressMark), lane.local_key()};
    mark_.sg_list = &mark_buffer_;
    mark_.num_sge = 1;
    mark_.opcode = IBV_WR_RDMA_WRITE;
    if (lane.copies_marks()) mark_.send_flags = IBV_SEND_INLINE;
    mark_.wr.rdma.remote_addr = lane.peer().memory + kProgressOffset;
    mark_.wr.rdma.rkey = lane.peer().rkey;
  }

  Io send_some(std::uint64_t most) noexcept {
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(most, list_));
    if (this->room() < count || (with_credits_ && credits() < count)) [[unlikely]] {
      if (const Io io = wait_for(count); io != Io::kOk) return io;
    }
    if (!with_marks_) {
      const auto number = base_ + static_cast<std::uint32_t>(this->counters_.messages);
      for (unsigned i = 0; i < count; ++i) requests_[i].imm_data = htonl(number + i);
    }
    if (this->verify_ && remote_slots_) [[unlikely]]
      spread(this->counters_.messages, count);
    ibv_send_wr* last = &requests_[count - 1];
    ibv_send_wr* const after = last->next;
    last->next = nullptr;
    this->counters_.messages += count;
    this->counters_.bytes += count * this->message_bytes_;
    Io io = Io::kOk;
    if (with_marks_ && this->signal_is_due(count)) {
      set_mark();
      last->next = &mark_;
      io = this->post(requests_[0], mark_, count);
    } else {
      io = this->post(requests_[0], *last, count);
    }
    last->next = after;
    if (io == Io::kOk) units_ += count;
    return io;
  }

  /// Work requests with a message each.
  std::uint64_t send_units() const noexcept { return units_; }

 private:
  std::uint32_t credits() const noexcept {
    return credit_limit_ - static_cast<std::uint32_t>(this->counters_.messages);
  }

  Io wait_for(unsigned count) noexcept {
    while (this->room() < count || (with_credits_ && credits() < count)) {
      const ibv_wc* completion = nullptr;
      if (const Io io = this->completions_.next(completion, this->idle_timeout_ns_); io != Io::kOk)
        return io;
      if (completion->status != IBV_WC_SUCCESS) return this->completions_.fail(*completion);
      if (!Base::is_receive(*completion)) {
        this->released(*completion);
        continue;
      }
      credit_limit_ = ntohl(completion->imm_data);
      if (const int error = this->lane_.post_receives(next_receive_); error != 0)
        return this->completions_.failed("ibv_post_recv", error);
      next_receive_ = (next_receive_ + 1) % this->lane_.receive_count();
    }
    return Io::kOk;
  }

  /// The receiver looks for message n in slot n modulo their number.
  void spread(std::uint64_t number, unsigned count) noexcept {
    for (unsigned i = 0; i < count; ++i) {
      requests_[i].wr.rdma.remote_addr = this->lane_.peer().memory + kControlBytes +
                                         (number + i) % peer_slots_ * this->lane_.shape().stride;
    }
  }

  /// A word that the device has yet to read must not change: where it copies none, each mark under
  /// way has its own.
  void set_mark() noexcept {
    const ProgressMark messages = this->counters_.messages;
    std::uint8_t* word = this->lane_.mark_word(next_mark_);
    if (!this->lane_.copies_marks() && ++next_mark_ == this->lane_.shape().marks) next_mark_ = 0;
    std::memcpy(word, &messages, sizeof messages);
    mark_buffer_.addr = reinterpret_cast<std::uintptr_t>(word);
  }

  unsigned list_;
  std::uint32_t peer_slots_;
  bool with_credits_;
  bool with_marks_;
  bool remote_slots_;
  std::uint32_t credit_limit_;
  std::uint32_t base_;
  std::vector<ibv_send_wr> requests_;
  std::vector<ibv_sge> buffers_;
  ibv_send_wr mark_{};
  ibv_sge mark_buffer_{};
  std::size_t next_mark_ = 0;
  std::uint64_t units_ = 0;
  unsigned next_receive_ = 0;
};

}  // namespace xr
