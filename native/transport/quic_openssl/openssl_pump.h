#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/datagram/packet_exchange.h"
#include "transport/quic_openssl/openssl_lane.h"
#include "workload/io.h"

namespace xr::ossl {

/// Moves packets between a lane's socket and its connection, and keeps its timers.
template <WaitPolicy kWait>
class Pump : public PacketExchange<kWait, Lane> {
  using Base = PacketExchange<kWait, Lane>;

 public:
  /// `bulk`: many packets at a time, else one.
  Pump(Lane& lane, bool bulk, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : Base(lane, bulk, kLargestPacketBytes, kLargestPacketBytes, idle_timeout_ns, stop) {
    connection_.network().send_by(&Pump::send, this);
    seen_ = connection_.received();
    note_timer();
  }

  ~Pump() { send_singly(lane_); }

  static constexpr std::size_t most_buffer_bytes(bool offload_asked) noexcept {
    return Base::most_buffer_bytes(true, kLargestPacketBytes, kLargestPacketBytes, offload_asked);
  }

  /// Has everything sent that may be sent now.
  Io tick() noexcept {
    connection_.tick();
    note_received();
    const Io io = sender_.flush();
    note_timer();
    if (sending_ != Io::kOk) [[unlikely]]
      return failed_to_send(sending_);
    return io == Io::kOk ? io : failed_to_send(io);
  }

  /// Waits until something came and was taken in, or a timer was due; what had to be answered is
  /// sent then.
  Io read_some() noexcept { return read_some(idle_timeout_ns_); }

  /// As above; kStalled when the peer was not heard for `limit_ns`, whatever else has come.
  Io read_some(std::uint64_t limit_ns) noexcept {
    const std::uint64_t before = heard_;
    const Io io = inlet_.wait(due_ns_, limit_ns, taker());
    if (io != Io::kOk && io != Io::kDue) return io;
    const Io ticked = tick();
    return io == Io::kOk && ticked == Io::kOk ? after_wait(before, limit_ns) : ticked;
  }

  /// Takes in what is there already.
  Io read_ready() noexcept {
    for (;;) {
      const std::uint64_t before = heard_;
      Io io = inlet_.poll(taker());
      if (io == Io::kNothing) break;
      if (io == Io::kOk) io = tick();
      if (io != Io::kOk) return io;
      // Of what others send there may be no end.
      if (heard_ == before) break;
    }
    return monotonic_raw_ns() >= due_ns_ ? tick() : Io::kOk;
  }

  /// After a read or a write of a stream that moved nothing.
  Io meaning_of_nothing(const char* op, const SSL* stream) noexcept {
    return noted(op, connection_.meaning_of_nothing(stream));
  }

  /// Where there is no stream yet.
  Io state() noexcept { return noted("SSL_accept_stream", connection_.state()); }

  std::optional<Fault> fault() const {
    if (!broken_) return std::nullopt;
    return connection_.fault(failure_.op);
  }

 private:
  using Base::after_wait;
  using Base::connection_;
  using Base::failure_;
  using Base::heard_;
  using Base::idle_timeout_ns_;
  using Base::inlet_;
  using Base::is_too_large;
  using Base::lane_;
  using Base::sender_;
  using Base::stop_;
  using Base::strangers_;

  Io noted(const char* op, Io io) noexcept {
    if (io == Io::kOk) [[likely]]
      return io;
    if (stop_.is_set()) return Io::kStopped;
    failure_ = {op, 0};
    broken_ = io == Io::kError;
    return io;
  }

  /// OpenSSL asks its peer for no larger ones, and sends none.
  static constexpr std::size_t kLargestPacketBytes = 1500;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  static void send(void* context, const std::uint8_t* data, std::size_t length) {
    auto* self = static_cast<Pump*>(context);
    if (length > kLargestPacketBytes) return;
    std::memcpy(self->sender_.room(), data, length);
    const Io io = self->sender_.add(length);
    if (io != Io::kOk) [[unlikely]]
      self->sending_ = io;
  }

  void note_timer() noexcept {
    const std::uint64_t in_ns = connection_.due_in_ns();
    due_ns_ = in_ns == kNever ? kNever : monotonic_raw_ns() + in_ns;
  }

  /// The network keeps no copies: a tick has to follow before the next receive.
  auto taker() noexcept {
    return [this](const std::uint8_t* packet, std::size_t length, std::uint64_t) {
      DatagramBio& network = connection_.network();
      network.put(packet, length);
      put_ += Connection::is_counted(length);
      return network.has_room() ? Io::kOk : tick();
    };
  }

  /// What became of the datagrams that were put in since the tick before.
  void note_received() noexcept {
    const Connection::Received& now = connection_.received();
    const std::uint64_t own = std::min(now.datagrams - seen_.datagrams, put_);
    strangers_ += put_ - own;
    if (now.frames != seen_.frames) [[likely]] {
      ++heard_;
      inlet_.note_life();
    } else {
      // A client's connection has no ID, so that whatever comes is taken for its own. Which of
      // several could be opened OpenSSL does not tell: they are told of where none could.
      strangers_ += std::min(now.packets - seen_.packets, own);
    }
    seen_ = now;
    put_ = 0;
  }

  Io failed_to_send(Io io) noexcept {
    failure_ = sender_.failure();
    sending_ = Io::kOk;
    return is_too_large(io) ? Io::kOk : io;
  }

  Io sending_ = Io::kOk;
  std::uint64_t due_ns_ = kNever;
  /// As of the last tick.
  Connection::Received seen_;
  /// Datagrams since then that are counted.
  std::uint64_t put_ = 0;
  bool broken_ = false;
};

}  // namespace xr::ossl
