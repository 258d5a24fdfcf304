#pragma once

#include "measure/clock.h"
#include "transport/datagram/sequence_window.h"
#include "transport/rdma/links/lane_numbers.h"
#include "transport/rdma/links/rdma_link.h"
#include "transport/wait/spin_guard.h"

namespace xr {

/// Ping-pong of send or write-imm: each message completes a receive at the other end. With `kLossy`
/// (UC, UD) messages carry numbers and an answer may stay away; a run goes on without it.
template <WaitPolicy kWait, bool kLossy>
class MessagePingPongLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  MessagePingPongLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker),
        message_timeout_ns_(spec.message_timeout_ns),
        payload_offset_(lane.shape().payload_offset),
        arrived_(sizeof(std::uint32_t), first_number_to_and_fro(spec, lane)),
        source_(lane, spec),
        request_(this->message_to_peer(spec, buffer_, lane.tx_slot(0))),
        number_(first_number_to_and_fro(spec, lane)) {}

  Io send_request() noexcept { return send(number_); }

  Io receive_reply() noexcept {
    if constexpr (!kLossy) {
      const Io io = receive(this->idle_timeout_ns_);
      if (io == Io::kOk && this->verify_) [[unlikely]]
        return check(number_++);
      ++number_;
      return io;
    } else {
      return receive_answer();
    }
  }

  Io receive_request() noexcept {
    const Io io = kLossy ? receive_own() : receive(this->idle_timeout_ns_);
    if (io == Io::kOk && this->verify_) [[unlikely]]
      return check(kLossy ? received_ : number_);
    return io;
  }

  Io send_reply() noexcept { return send(kLossy ? received_ : number_++); }

  void refresh() noexcept {
    this->counters_.duplicates = arrival_counters_.duplicates;
    this->counters_.strangers = arrival_counters_.strangers;
  }

 private:
  Io send(std::uint32_t number) noexcept {
    if (this->room() == 0) [[unlikely]] {
      const Io io = this->make_room(1, [this](const ibv_wc&) { ++consumed_; });
      if (io != Io::kOk) return io;
    }
    if (this->verify_) [[unlikely]]
      write_pattern(this->lane_.tx_slot(0), this->message_bytes_, number);
    request_.imm_data = htonl(number);
    return this->post(request_, request_, 1);
  }

  /// The next message of the peer's queue pair, whichever it is.
  Io receive(std::uint64_t limit_ns) noexcept {
    SpinGuard strays(limit_ns, this->completions_.stop());
    return receive(limit_ns, strays);
  }

  /// The same; after each of a stranger's, and of those before that were not waited for, what is
  /// left of the limit counts.
  Io receive(std::uint64_t limit_ns, [[maybe_unused]] SpinGuard& strays) noexcept {
    // While the message is on its way there is time for this.
    while (consumed_ >= this->lane_.receive_block()) [[unlikely]] {
        if (const Io io = replenish(); io != Io::kOk) return io;
      }
    for (;;) {
      const ibv_wc* completion = nullptr;
      if (const Io io = this->completions_.next(completion, limit_ns); io != Io::kOk) [[unlikely]]
        return io;
      if (completion->status != IBV_WC_SUCCESS) [[unlikely]]
        return this->completions_.fail(*completion);
      if (!Base::is_receive(*completion)) {
        this->released(*completion);
        continue;
      }
      ++consumed_;
      if constexpr (kLossy) {
        if (source_.is_foreign(*completion)) [[unlikely]] {
          arrival_counters_.strangers += 1;
          if (consumed_ >= this->lane_.receive_block()) {
            if (const Io io = replenish(); io != Io::kOk) return io;
          }
          if (const Io io = strays.look(); io != Io::kOk) return io;
          limit_ns = strays.left_ns();
          continue;
        }
        received_ = ntohl(completion->imm_data);
      }
      return Io::kOk;
    }
  }

  /// The next request that is one of the peer's.
  Io receive_own() noexcept {
    SpinGuard strays(this->idle_timeout_ns_, this->completions_.stop());
    std::uint64_t limit_ns = this->idle_timeout_ns_;
    for (;;) {
      if (const Io io = receive(limit_ns, strays); io != Io::kOk) [[unlikely]]
        return io;
      const std::uint64_t strangers_before = arrival_counters_.strangers;
      arrived_.accept(received_, arrival_counters_);
      if (arrival_counters_.strangers == strangers_before) [[likely]]
        return Io::kOk;
      if (const Io io = strays.look(); io != Io::kOk) return io;
      limit_ns = strays.left_ns();
    }
  }

  /// The answer to the message just sent, as in the UDP transport.
  Io receive_answer() noexcept {
    SpinGuard strays(message_timeout_ns_, this->completions_.stop());
    std::uint64_t limit_ns = message_timeout_ns_;
    for (;;) {
      if (const Io io = receive(limit_ns, strays); io != Io::kOk) [[unlikely]]
        return io == Io::kStalled ? lose() : io;
      const bool is_new = arrived_.accept(received_, arrival_counters_);
      if (received_ == number_) [[likely]] {
        lost_for_ns_ = 0;
        if (this->verify_) [[unlikely]]
          return check(number_++);
        ++number_;
        return Io::kOk;
      }
      this->counters_.late += is_new ? 1 : 0;
      // The peer is there, if it is slow.
      if (is_new) lost_for_ns_ = 0;
      if (const Io io = strays.look(); io != Io::kOk) return io == Io::kStalled ? lose() : io;
      limit_ns = strays.left_ns();
    }
  }

  /// No answer came in time.
  Io lose() noexcept {
    this->counters_.lost += 1;
    ++number_;
    lost_for_ns_ += message_timeout_ns_;
    return lost_for_ns_ >= this->idle_timeout_ns_ ? Io::kStalled : Io::kLost;
  }

  Io replenish() noexcept {
    if (const int error = this->lane_.post_receives(next_block_); error != 0)
      return this->completions_.failed("ibv_post_recv", error);
    const unsigned block = this->lane_.receive_block();
    consumed_ -= block;
    next_block_ = (next_block_ + 1) % (this->lane_.receive_count() / block);
    return Io::kOk;
  }

  Io check(std::uint32_t number) noexcept {
    std::uint8_t* at = this->lane_.rx_slot(0) + payload_offset_;
    const std::size_t bytes = this->message_bytes_;
    const std::size_t differs = find_mismatch(at, bytes, number);
    if (differs == bytes) return Io::kOk;
    return this->completions_.changed(number, differs);
  }

  std::uint64_t message_timeout_ns_;
  std::size_t payload_offset_;
  /// Of answers at the initiator, of requests at the responder.
  SequenceWindow arrived_;
  Counters arrival_counters_;
  DatagramSource source_;
  ibv_sge buffer_{};
  ibv_send_wr request_;
  std::uint32_t number_;
  std::uint32_t received_ = 0;
  unsigned consumed_ = 0;
  unsigned next_block_ = 0;
  std::uint64_t lost_for_ns_ = 0;
};

}  // namespace xr
