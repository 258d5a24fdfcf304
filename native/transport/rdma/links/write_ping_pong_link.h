#pragma once

#include <algorithm>
#include <atomic>

#include "transport/rdma/links/rdma_link.h"

namespace xr {

/// Ping-pong of plain writes: each end watches the last byte of its own memory, where each message
/// brings the next number. It does not wait for its own completions; they are taken when the send
/// queue needs the room. The last byte stands for the message, as in every such test, though few
/// devices promise to place it last (ibv_query_qp_data_in_order(3)): SoftRoCE copies by the
/// kernel's memcpy, which may begin at the end. Verified, a message is there when all of it is.
template <WaitPolicy kWait, bool kLossy>
class WritePingPongLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  WritePingPongLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker),
        message_timeout_ns_(spec.message_timeout_ns),
        slots_(lane.shape().tx_slots),
        request_(this->message_to_peer(spec, buffer_, lane.tx_slot(0))) {}

  Io send_request() noexcept {
    ++number_;
    return send();
  }

  Io receive_reply() noexcept {
    const auto wanted = static_cast<std::uint8_t>(number_);
    const Io io = this->watch_memory([&] { return flag() == wanted; },
                                     kLossy ? message_timeout_ns_ : this->idle_timeout_ns_);
    if (kLossy && io == Io::kStalled) return give_up();
    lost_for_ns_ = 0;
    return io == Io::kOk && this->verify_ ? check() : io;
  }

  Io receive_request() noexcept {
    const auto last = static_cast<std::uint8_t>(number_);
    const Io io = this->watch_memory([&] { return flag() != last; }, this->idle_timeout_ns_);
    // Behind a loss the number has gone further than by one.
    number_ += static_cast<std::uint8_t>(flag() - last);
    return io == Io::kOk && this->verify_ ? check() : io;
  }

  Io send_reply() noexcept { return send(); }

 private:
  Io send() noexcept {
    if (this->room() == 0) [[unlikely]] {
      if (const Io io = this->make_room(1); io != Io::kOk) return io;
    }
    std::uint8_t* message = this->lane_.tx_slot(next_slot_);
    if (++next_slot_ == slots_) next_slot_ = 0;
    if (this->verify_) [[unlikely]]
      write_pattern(message, this->message_bytes_, number_);
    message[this->message_bytes_ - 1] = static_cast<std::uint8_t>(number_);
    buffer_.addr = reinterpret_cast<std::uintptr_t>(message);
    return this->post(request_, request_, 1);
  }

  std::uint8_t flag() const noexcept {
    return std::atomic_ref<std::uint8_t>(this->lane_.rx_slot(0)[this->message_bytes_ - 1])
        .load(std::memory_order_acquire);
  }

  Io give_up() noexcept {
    this->counters_.lost += 1;
    lost_for_ns_ += message_timeout_ns_;
    return lost_for_ns_ >= this->idle_timeout_ns_ ? Io::kStalled : Io::kLost;
  }

  Io check() noexcept {
    // A whole pattern word may end in the flag, which is not part of it.
    const std::size_t bytes = this->message_bytes_ - 1;
    std::size_t differs = bytes;
    const Io io = this->watch_memory(
        [&] {
          // Read anew each time: nothing behind it is older than the flag.
          (void)flag();
          differs = find_mismatch(this->lane_.rx_slot(0), bytes, number_);
          return differs == bytes;
        },
        std::min(kPlacingNs, this->idle_timeout_ns_));
    return io == Io::kStalled ? this->completions_.changed(number_, differs) : io;
  }

  /// A device of software may lose its CPU within a copy.
  static constexpr std::uint64_t kPlacingNs = kNsPerSec;

  std::uint64_t message_timeout_ns_;
  unsigned slots_;
  unsigned next_slot_ = 0;
  ibv_sge buffer_{};
  ibv_send_wr request_;
  std::uint64_t number_ = 0;
  std::uint64_t lost_for_ns_ = 0;
};

}  // namespace xr
