#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "transport/datagram/sequence_window.h"
#include "transport/rdma/links/lane_numbers.h"
#include "transport/rdma/links/rdma_link.h"
#include "transport/rdma/links/write_progress.h"
#include "transport/wait/spin_guard.h"

namespace xr {

/// Counts the messages of a stream of send or write-imm by the receives they complete. With RC it
/// tells the sender how many receives it has posted so far; with `kLossy` (UC, UD) messages carry
/// numbers, and gaps are counted.
template <WaitPolicy kWait, bool kLossy>
class MessageReceiverLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  MessageReceiverLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker),
        base_(first_number(spec, lane.peer())),
        window_(sizeof(std::uint32_t), base_),
        source_(lane, spec),
        numbered_slots_(spec.of<RdmaOptions>().operation == RdmaOperation::kWriteImm),
        posted_(lane.receive_count()) {
    credit_.opcode = IBV_WR_SEND_WITH_IMM;
  }

  Io receive_some() noexcept {
    SpinGuard strays(this->idle_timeout_ns_, this->completions_.stop());
    std::uint64_t limit_ns = this->idle_timeout_ns_;
    for (;;) {
      while (owes_credit_ || consumed_ >= this->lane_.receive_block()) {
        if (const Io io = replenish(); io != Io::kOk) return io;
      }
      const ibv_wc* completion = nullptr;
      if (const Io io = this->completions_.next(completion, limit_ns); io != Io::kOk) [[unlikely]]
        return io;
      bool any = false;
      const std::uint64_t strangers_before = this->counters_.strangers;
      for (; completion != nullptr; completion = this->completions_.taken()) {
        if (completion->status != IBV_WC_SUCCESS) [[unlikely]]
          return this->completions_.fail(*completion);
        if (!Base::is_receive(*completion)) {
          this->released(*completion);
          continue;
        }
        const std::uint64_t strangers = this->counters_.strangers;
        if (const Io io = take(*completion); io != Io::kOk) return io;
        any |= this->counters_.strangers == strangers;
      }
      if (any) [[likely]]
        return Io::kOk;
      if (this->counters_.strangers == strangers_before) continue;
      // Nothing of the sender's has come: what is left of the limit counts.
      if (const Io io = strays.look(); io != Io::kOk) return io;
      limit_ns = strays.left_ns();
    }
  }

 private:
  Io take(const ibv_wc& completion) noexcept {
    ++consumed_;
    if (kLossy && source_.is_foreign(completion)) [[unlikely]] {
      this->counters_.strangers += 1;
      return Io::kOk;
    }
    const std::uint32_t number = ntohl(completion.imm_data);
    if (kLossy && !window_.accept(number, this->counters_)) return Io::kOk;
    this->counters_.messages += 1;
    this->counters_.bytes += this->message_bytes_;
    if (this->verify_) [[unlikely]]
      return check(numbered_slots_ ? (number - base_) % this->lane_.shape().rx_slots
                                   : completion.wr_id & ~wire::kReceiveTag);
    return Io::kOk;
  }

  /// Where there is no room for the credit it is owed still, and the next call goes on with it.
  Io replenish() noexcept {
    if (!owes_credit_) {
      if (const Io io = post_block(); io != Io::kOk) return io;
    }
    if (!this->lane_.shape().credits) return Io::kOk;
    owes_credit_ = true;
    // A credit counts from the beginning, so that each makes those before it superfluous.
    if (const Io io = this->make_room(1, [this](const ibv_wc& late) { return count_late(late); });
        io != Io::kOk)
      return io;
    owes_credit_ = false;
    credit_.imm_data = htonl(posted_);
    return this->post(credit_, credit_, 1);
  }

  Io post_block() noexcept {
    const unsigned block = this->lane_.receive_block();
    if (const int error = this->lane_.post_receives(next_block_); error != 0)
      return this->completions_.failed("ibv_post_recv", error);
    next_block_ = (next_block_ + 1) % (this->lane_.receive_count() / block);
    consumed_ -= block;
    posted_ += block;
    return Io::kOk;
  }

  void count_late(const ibv_wc& completion) noexcept {
    if (const Io io = take(completion); io != Io::kOk) return;
  }

  /// Wiped afterwards, so that the next message has to bring its own bytes; not where nothing keeps
  /// a sender from writing the next one meanwhile.
  Io check(std::size_t slot) noexcept {
    const std::size_t bytes = this->message_bytes_;
    std::uint8_t* at = this->lane_.rx_slot(slot) + this->lane_.shape().payload_offset;
    const std::size_t differs = find_mismatch(at, bytes, 0);
    if (differs != bytes) return this->completions_.changed(this->counters_.messages, differs);
    if (!kLossy || !numbered_slots_) std::memset(at, 0, bytes);
    return Io::kOk;
  }

  std::uint32_t base_;
  SequenceWindow window_;
  DatagramSource source_;
  bool numbered_slots_;
  ibv_send_wr credit_{};
  std::uint32_t posted_;
  unsigned consumed_ = 0;
  unsigned next_block_ = 0;
  bool owes_credit_ = false;
};

/// Counts plain writes by the number that the sender writes after them.
template <WaitPolicy kWait>
class WriteReceiverLink : public RdmaLink<kWait> {
 public:
  WriteReceiverLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : RdmaLink<kWait>(lane, spec, waker), progress_(spec.message_bytes) {}

  Io receive_some() noexcept {
    const std::uint64_t before = progress_.messages();
    // Read once: the peer may write another in between.
    std::uint64_t said = before;
    const Io io =
        this->watch_memory([&] { return (said = word()) != before; }, this->idle_timeout_ns_);
    if (io != Io::kOk) [[unlikely]]
      return io;
    if (!progress_.accept(said)) [[unlikely]]
      return this->completions_.misled(before, said);
    this->counters_.messages = said;
    this->counters_.bytes = said * this->message_bytes_;
    return this->verify_ ? check(before) : Io::kOk;
  }

 private:
  std::uint64_t word() const noexcept {
    auto* word = reinterpret_cast<std::uint64_t*>(this->lane_.memory() + kProgressOffset);
    return std::atomic_ref<std::uint64_t>(*word).load(std::memory_order_acquire);
  }

  /// All messages of a verified write stream are alike, so that a slot may be looked at while the
  /// next lap is written to it.
  Io check(std::uint64_t before) noexcept {
    const unsigned slots = this->lane_.shape().rx_slots;
    const std::size_t bytes = this->message_bytes_;
    const std::uint64_t fresh = std::min<std::uint64_t>(this->counters_.messages - before, slots);
    for (std::uint64_t i = 0; i < fresh; ++i) {
      const std::uint8_t* at = this->lane_.rx_slot((before + i) % slots);
      const std::size_t differs = find_mismatch(at, bytes, 0);
      if (differs != bytes) return this->completions_.changed(before + i, differs);
    }
    return Io::kOk;
  }

  WriteProgress progress_;
};

/// Draws a stream out of the sender's memory: keeps as many reads under way as the depth allows.
template <WaitPolicy kWait>
class ReadReceiverLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  ReadReceiverLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker), list_(lane.shape().post_list), requests_(list_), buffers_(list_) {
    const unsigned peer_slots = std::max(1u, lane.shape().rx_slots);
    for (unsigned i = 0; i < list_; ++i) {
      requests_[i] =
          this->message_to_peer(spec, buffers_[i], lane.tx_slot(i % lane.shape().tx_slots));
      requests_[i].wr.rdma.remote_addr += (i % peer_slots) * lane.shape().stride;
      if (i > 0) requests_[i - 1].next = &requests_[i];
    }
  }

  Io receive_some() noexcept {
    const std::uint64_t before = this->counters_.messages;
    while (this->room() >= list_) {
      if (const Io io = this->post(requests_[0], requests_[list_ - 1], list_); io != Io::kOk)
        return io;
    }
    do {
      const ibv_wc* completion = nullptr;
      if (const Io io = this->completions_.next(completion, this->idle_timeout_ns_); io != Io::kOk)
          [[unlikely]]
        return io;
      for (; completion != nullptr; completion = this->completions_.taken()) {
        if (completion->status != IBV_WC_SUCCESS) [[unlikely]]
          return this->completions_.fail(*completion);
        this->released(*completion);
        this->counters_.messages += completion->wr_id;
        this->counters_.bytes += completion->wr_id * this->message_bytes_;
      }
    } while (this->counters_.messages == before);
    return this->verify_ ? check(before) : Io::kOk;
  }

 private:
  /// Every read brings the same bytes, so that a buffer may be looked at while the next is under
  /// way. Which of a list have come is not told: those that came with `before` and since.
  Io check(std::uint64_t before) noexcept {
    const std::size_t bytes = this->message_bytes_;
    const std::uint64_t slots = std::min(list_, this->lane_.shape().tx_slots);
    const std::uint64_t fresh = std::min(this->counters_.messages - before, slots);
    for (std::uint64_t i = before; i < before + fresh; ++i) {
      const std::uint8_t* at = this->lane_.tx_slot(i % list_ % slots);
      const std::size_t differs = find_mismatch(at, bytes, 0);
      if (differs != bytes) return this->completions_.changed(i, differs);
    }
    return Io::kOk;
  }

  unsigned list_;
  std::vector<ibv_send_wr> requests_;
  std::vector<ibv_sge> buffers_;
};

}  // namespace xr
