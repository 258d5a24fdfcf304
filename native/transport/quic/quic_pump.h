#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/datagram/packet_exchange.h"
#include "transport/datagram/path_payload.h"
#include "transport/quic/quic_lane.h"
#include "workload/io.h"

namespace xr {

/// A stream on its way out: byte `i` of it is byte `i % ring_bytes` of the ring.
struct QuicOutgoing {
  std::int64_t id = -1;
  const std::uint8_t* ring = nullptr;
  std::size_t ring_bytes = 0;
  std::uint64_t sent = 0;
  /// It is a row of messages of this length, each of which is handed over by itself.
  std::uint64_t message_bytes = kUncut;
  /// Messages of which something was handed over.
  std::uint64_t units = 0;

  static constexpr std::uint64_t kUncut = ~std::uint64_t{0};
};

/// Moves packets between a lane's socket and its connection, and keeps its timers.
template <WaitPolicy kWait>
class QuicPump : public PacketExchange<kWait, QuicLane> {
  using Base = PacketExchange<kWait, QuicLane>;

 public:
  /// `bulk`: many packets at a time, else one.
  QuicPump(QuicLane& lane, bool bulk, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : Base(lane, bulk, lane.connection->largest_payload_bytes(), kLargestDatagramBytes,
             idle_timeout_ns, stop) {
    connection_.begin_key_updates(monotonic_raw_ns());
  }

  static constexpr std::size_t most_buffer_bytes(std::size_t payload_bytes,
                                                 bool offload_asked) noexcept {
    return Base::most_buffer_bytes(true, payload_bytes, kLargestDatagramBytes, offload_asked);
  }

  /// Waits until something came and was read, or a timer was due. What there is to send then is
  /// the caller's to write.
  Io read_some() noexcept { return read_some(idle_timeout_ns_); }

  /// As above; kStalled when the peer was not heard for `limit_ns`, whatever else has come.
  Io read_some(std::uint64_t limit_ns) noexcept {
    const std::uint64_t before = heard_;
    const Io io = inlet_.wait(connection_.expiry_ns(), limit_ns, reader());
    if (io == Io::kOk) return after_wait(before, limit_ns);
    if (io != Io::kDue) return io;
    heed_path();
    return expire(monotonic_raw_ns());
  }

  /// Reads what is there already.
  Io read_ready() noexcept {
    for (;;) {
      const Io io = inlet_.poll(reader());
      if (io == Io::kNothing) break;
      if (io != Io::kOk) return io;
    }
    const std::uint64_t now_ns = monotonic_raw_ns();
    return now_ns >= connection_.expiry_ns() ? expire(now_ns) : Io::kOk;
  }

  /// Acknowledgements, windows, repeats: all but new data.
  Io write_control() noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    for (;;) {
      std::size_t taken = 0;
      const ngtcp2_ssize length = connection_.write(sender_.room(), -1, nullptr, 0, taken, now_ns);
      if (length <= 0) return length == 0 ? flush() : failed("ngtcp2_conn_writev_stream", length);
      if (const Io io = add(length); io != Io::kOk) return io;
    }
  }

  /// A stream up to offset `until`, with whatever else is to be sent. Each message is an
  /// `ngtcp2_conn_writev_stream` of its own, one for each packet that it takes; frames of several
  /// may share a packet. kOk: up to there, or one full run of packets, behind which a few more
  /// would cost a call of their own. kFull: no more than that goes now.
  Io write_stream(QuicOutgoing& out, std::uint64_t until) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    const std::uint64_t burst_end =
        connection_.paces() ? out.sent + connection_.burst_bytes() : until;
    Io end = Io::kOk;
    const std::size_t run_packets = sender_.segmenting()
                                        ? sender_.run_datagrams(connection_.payload_bytes())
                                        : kSingleRunPackets;
    std::size_t packets = 0;
    // What has been begun in `sender_.room()` is written to its end.
    bool is_begun = false;
    while (out.sent < until) {
      if (!is_begun && (out.sent >= burst_end || packets == run_packets)) break;
      const std::uint64_t into_message = out.sent % out.message_bytes;
      const std::uint64_t left = std::min(out.message_bytes - into_message, until - out.sent);
      const bool shares = out.sent + left < until;
      ngtcp2_vec pieces[2];
      const std::size_t count = offer(out, left, pieces);
      std::size_t taken = 0;
      const ngtcp2_ssize length =
          connection_.write(sender_.room(), out.id, pieces, count, taken, now_ns, shares);
      out.units += taken > 0 && into_message == 0;
      out.sent += taken;
      is_begun = length == NGTCP2_ERR_WRITE_MORE;
      if (is_begun) continue;
      if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
        // The peer's window is full: what is not data must go out all the same, or it stays full.
        const Io io = write_control();
        return io == Io::kOk ? Io::kFull : io;
      }
      if (length < 0) return failed("ngtcp2_conn_writev_stream", length);
      if (length == 0) {
        end = Io::kFull;
        break;
      }
      ++packets;
      if (const Io io = add(length); io != Io::kOk) return io;
    }
    if (connection_.paces()) connection_.end_burst(now_ns);
    const Io io = flush();
    return io == Io::kOk ? end : io;
  }

  /// Whatever `next(room, now_ns)` writes, packet by packet: it gives what
  /// `QuicConnection::write` gives, until 0 or, where packets are paced, so much as goes at once.
  template <class Next>
  Io write_all(const Next& next) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    const std::uint64_t burst_bytes =
        connection_.paces() ? connection_.burst_bytes() : QuicOutgoing::kUncut;
    for (std::uint64_t written = 0; written < burst_bytes;) {
      const ngtcp2_ssize length = next(sender_.room(), now_ns);
      if (length < 0) return failed("ngtcp2_conn_writev_stream", length);
      if (length == 0) break;
      written += static_cast<std::uint64_t>(length);
      if (const Io io = add(length); io != Io::kOk) return io;
    }
    if (connection_.paces()) connection_.end_burst(now_ns);
    return flush();
  }

  /// One DATAGRAM frame; kFull when the connection does not take it now.
  Io write_datagram(const std::uint8_t* data, std::size_t length) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    // ngtcp2 takes what it does not change by a pointer to what it could.
    const ngtcp2_vec piece{const_cast<std::uint8_t*>(data), length};
    if (!connection_.fits_datagram(length)) [[unlikely]] {
      if (connection_.may_fit_datagram(length)) {
        // After an outage, which looks like a path that swallows large packets.
        const Io io = write_control();
        return io == Io::kOk ? Io::kFull : io;
      }
      unfit_bytes_ = length;
      failure_ = {"ngtcp2_conn_writev_datagram", 0};
      return Io::kError;
    }
    for (;;) {
      bool taken = false;
      const ngtcp2_ssize written = connection_.write_datagram(sender_.room(), piece, taken, now_ns);
      if (written < 0) return failed("ngtcp2_conn_writev_datagram", written);
      if (written == 0) return Io::kFull;
      if (const Io io = add(written); io != Io::kOk) return io;
      if (!taken) continue;
      ++datagrams_;
      if (connection_.paces()) connection_.end_burst(now_ns);
      return Io::kOk;
    }
  }

  Io flush() noexcept { return sent(sender_.flush()); }

  /// What there is to read comes here.
  int wake_fd() const noexcept { return lane_.fd.get(); }
  /// When the next timer is due.
  std::uint64_t due_ns() const noexcept { return connection_.expiry_ns(); }

  const QuicInbox& inbox() const noexcept { return connection_.inbox(); }
  /// DATAGRAM frames written.
  std::uint64_t datagrams() const noexcept { return datagrams_; }
  std::optional<Fault> fault() const {
    if (unfit_bytes_ != 0) return connection_.no_room_fault(failure_.op, unfit_bytes_);
    if (error_ == 0) return std::nullopt;
    return connection_.fault_of(failure_.op, error_);
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

  static constexpr std::size_t kLargestDatagramBytes = 65'536;
  /// Of packets that are not segmented: acknowledgements are read between two runs.
  static constexpr std::size_t kSingleRunPackets = 32;

  static std::size_t offer(const QuicOutgoing& out, std::uint64_t wanted,
                           ngtcp2_vec (&pieces)[2]) noexcept {
    // More than a packet holds need not be described.
    const std::size_t bytes = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, 65'536));
    const std::size_t at = out.sent % out.ring_bytes;
    const std::size_t first = std::min(bytes, out.ring_bytes - at);
    const std::size_t second = std::min(bytes - first, out.ring_bytes);
    auto* ring = const_cast<std::uint8_t*>(out.ring);
    pieces[0] = {ring + at, first};
    pieces[1] = {ring, second};
    return second == 0 ? 1 : 2;
  }

  auto reader() noexcept {
    return [this](const std::uint8_t* packet, std::size_t length, std::uint64_t now_ns) {
      const QuicConnection::Heard before = connection_.heard();
      const int result = connection_.read(packet, length, now_ns);
      if (result != 0) [[unlikely]]
        return failed("ngtcp2_conn_read_pkt", result);
      const QuicConnection::Heard& now = connection_.heard();
      if (now.fresh != before.fresh) [[likely]] {
        ++heard_;
        inlet_.note_life();
        return Io::kOk;
      }
      // Late packets may bring what was missing, and are no sign that the peer is there still.
      if (now.packets != before.packets) return Io::kOk;
      strangers_ += is_strange(packet, length);
      return Io::kNothing;
    };
  }

  /// Of what nobody can read: a peer's handshake has packets that are sent again, and come when
  /// their keys are gone.
  bool is_strange(const std::uint8_t* packet, std::size_t length) const noexcept {
    return !may_be_greeting(length, kLargestDatagramBytes) &&
           !connection_.is_addressed(packet, length);
  }

  Io expire(std::uint64_t now_ns) noexcept {
    const int result = connection_.expire(now_ns);
    return result == 0 ? Io::kOk : failed("ngtcp2_conn_handle_expiry", result);
  }

  Io add(ngtcp2_ssize length) noexcept {
    return sent(sender_.add(static_cast<std::size_t>(length)));
  }

  Io sent(Io io) noexcept {
    if (io == Io::kOk) [[likely]]
      return io;
    failure_ = sender_.failure();
    if (!is_too_large(io)) return io;
    limit_payload();
    return Io::kOk;
  }

  /// Whether a router has said, since it was looked at last, that it could not pass a packet on.
  void heed_path() noexcept {
    if (inlet_.take_size_news()) [[unlikely]]
      limit_payload();
  }

  void limit_payload() noexcept {
    if (const auto known = known_payload_bytes(lane_.fd.get()))
      connection_.limit_payload(*known);
  }

  Io failed(const char* op, ngtcp2_ssize error) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    const int code = static_cast<int>(error);
    if (QuicConnection::is_farewell(code)) return Io::kClosed;
    failure_ = {op, 0};
    error_ = code;
    return Io::kError;
  }

  std::uint64_t datagrams_ = 0;
  int error_ = 0;
  /// A message that the path has no room for any more.
  std::uint64_t unfit_bytes_ = 0;
};

}  // namespace xr
