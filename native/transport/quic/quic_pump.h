#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "base/page_buffer.h"
#include "base/units.h"
#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/quic/quic_lane.h"
#include "transport/socket/datagram_batch.h"
#include "transport/socket/segmented_sender.h"
#include "transport/socket/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// A sleeping receive gives up after so long and looks at the timers: SO_RCVTIMEO of the socket.
/// Shorter than any probe timeout, which includes the peer's 25 ms of acknowledgement delay.
inline constexpr std::uint64_t kQuicNapNs = 20 * kNsPerMs;

/// A stream on its way out: byte `i` of it is byte `i % ring_bytes` of the ring.
struct QuicOutgoing {
  std::int64_t id = -1;
  const std::uint8_t* ring = nullptr;
  std::size_t ring_bytes = 0;
  std::uint64_t sent = 0;
};

/// Moves packets between a lane's socket and its connection, and keeps its timers.
template <WaitPolicy kWait>
class QuicPump {
 public:
  /// `bulk`: many packets at a time, else one.
  QuicPump(QuicLane& lane, bool bulk, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : lane_(lane),
        connection_(*lane.connection),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        sender_(lane.fd.get(), connection_.payload_bytes(), lane.segmenting, idle_timeout_ns, stop),
        single_(bulk ? 0 : kLargestDatagramBytes) {
    if (bulk) batch_.emplace(kLargestDatagramBytes, lane.merging);
    connection_.begin_key_updates(monotonic_raw_ns());
  }

  ~QuicPump() {
    lane_.packets_sent += sender_.packets();
    lane_.send_calls += sender_.calls();
    lane_.packets_received += packets_received_;
    lane_.segmenting = sender_.segmenting();
  }
  QuicPump(const QuicPump&) = delete;
  QuicPump& operator=(const QuicPump&) = delete;

  QuicConnection& connection() noexcept { return connection_; }

  /// Waits until something came and was read, or a timer was due. What there is to send then is
  /// the caller's to write.
  Io read_some() noexcept { return read_some(idle_timeout_ns_); }

  /// As above; kStalled after `limit_ns`.
  Io read_some(std::uint64_t limit_ns) noexcept {
    const std::uint64_t due_ns = connection_.expiry_ns();
    SpinGuard guard(limit_ns, stop_);
    std::uint64_t since_ns = 0;
    for (;;) {
      if constexpr (kWait == WaitPolicy::kBlock) {
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (since_ns == 0) since_ns = now_ns;
        if (now_ns >= due_ns) return expire(now_ns);
        if (now_ns - since_ns > limit_ns) return stalled();
        // Further away than a receive sleeps by itself: no second system call.
        const std::uint64_t left_ns = std::min(due_ns - now_ns, since_ns + limit_ns + 1 - now_ns);
        if (left_ns < kQuicNapNs) nap(left_ns);
        if (const Io io = receive(left_ns < kQuicNapNs ? MSG_DONTWAIT : 0); io != Io::kLost)
          return io;
      } else {
        if (const Io io = receive(MSG_DONTWAIT); io != Io::kLost) return io;
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (now_ns >= due_ns) return expire(now_ns);
        if (const Io io = guard.poll(); io != Io::kOk) return io == Io::kStalled ? stalled() : io;
      }
    }
  }

  /// Reads what is there already.
  Io read_ready() noexcept {
    for (;;) {
      const Io io = receive(MSG_DONTWAIT);
      if (io == Io::kLost) break;
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

  /// A stream up to offset `until`, as far as the windows let it, with whatever else is to be sent.
  Io write_stream(QuicOutgoing& out, std::uint64_t until) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    const std::uint64_t burst_end =
        connection_.paces() ? out.sent + connection_.burst_bytes() : until;
    while (out.sent < std::min(until, burst_end)) {
      ngtcp2_vec pieces[2];
      const std::size_t count = offer(out, until - out.sent, pieces);
      std::size_t taken = 0;
      const ngtcp2_ssize length =
          connection_.write(sender_.room(), out.id, pieces, count, taken, now_ns);
      // The peer's window is full: what is not data must go out all the same, or it stays full.
      if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED) return write_control();
      if (length < 0) return failed("ngtcp2_conn_writev_stream", length);
      if (length == 0) break;
      out.sent += taken;
      if (const Io io = add(length); io != Io::kOk) return io;
    }
    if (connection_.paces()) connection_.end_burst(now_ns);
    return flush();
  }

  /// Whatever `next(room, now_ns)` writes, packet by packet: it gives what
  /// `QuicConnection::write` gives, until 0.
  template <class Next>
  Io write_all(const Next& next) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    for (;;) {
      const ngtcp2_ssize length = next(sender_.room(), now_ns);
      if (length <= 0) return length == 0 ? flush() : failed("ngtcp2_conn_writev_stream", length);
      if (const Io io = add(length); io != Io::kOk) return io;
    }
  }

  /// One DATAGRAM frame; kLost when the connection does not take it now.
  Io write_datagram(const std::uint8_t* data, std::size_t length) noexcept {
    const std::uint64_t now_ns = monotonic_raw_ns();
    // ngtcp2 takes what it does not change by a pointer to what it could.
    const ngtcp2_vec piece{const_cast<std::uint8_t*>(data), length};
    for (;;) {
      bool taken = false;
      const ngtcp2_ssize written = connection_.write_datagram(sender_.room(), piece, taken, now_ns);
      if (written < 0) return failed("ngtcp2_conn_writev_datagram", written);
      if (written == 0) return Io::kLost;
      if (const Io io = add(written); io != Io::kOk) return io;
      if (!taken) continue;
      if (connection_.paces()) connection_.end_burst(now_ns);
      return Io::kOk;
    }
  }

  Io flush() noexcept { return sent(sender_.flush()); }

  std::uint64_t refused() const noexcept { return sender_.refused(); }
  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    if (error_ == 0) return std::nullopt;
    return connection_.fault_of(failure_.op, error_);
  }

 private:
  static constexpr std::size_t kLargestDatagramBytes = 65'536;

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

  /// kLost = nothing was there.
  Io receive(int flags) noexcept {
    return batch_ ? receive_batch(flags == 0 ? MSG_WAITFORONE : flags) : receive_one(flags);
  }

  Io receive_one(int flags) noexcept {
    const ssize_t got = ::recv(lane_.fd.get(), single_.data(), single_.size(), flags);
    if (got < 0) return nothing("recv");
    if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kLost;
    return read(single_.data(), static_cast<std::size_t>(got), monotonic_raw_ns());
  }

  Io receive_batch(int flags) noexcept {
    const int got = batch_->receive(lane_.fd.get(), flags);
    if (got < 0) return nothing("recvmmsg");
    const std::uint64_t now_ns = monotonic_raw_ns();
    Io io = Io::kLost;
    batch_->for_each(got, [&](const std::uint8_t* data, std::size_t length) {
      if (io == Io::kOk || io == Io::kLost) io = read(data, length, now_ns);
    });
    return io == Io::kLost && stop_.is_set() ? Io::kStopped : io;
  }

  Io read(const std::uint8_t* packet, std::size_t length, std::uint64_t now_ns) noexcept {
    ++packets_received_;
    const int result = connection_.read(packet, length, now_ns);
    return result == 0 ? Io::kOk : failed("ngtcp2_conn_read_pkt", result);
  }

  Io nothing(const char* op) noexcept {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) [[likely]]
      return stop_.is_set() && kWait == WaitPolicy::kBlock ? Io::kStopped : Io::kLost;
    if (stop_.is_set()) return Io::kStopped;
    if (error == EINTR) return Io::kLost;
    failure_ = {op, error};
    return error == ECONNREFUSED ? Io::kClosed : Io::kError;
  }

  void nap(std::uint64_t ns) noexcept {
    pollfd watched{lane_.fd.get(), POLLIN, 0};
    const timespec limit{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
    ::ppoll(&watched, 1, &limit, nullptr);
  }

  Io expire(std::uint64_t now_ns) noexcept {
    const int result = connection_.expire(now_ns);
    return result == 0 ? Io::kOk : failed("ngtcp2_conn_handle_expiry", result);
  }

  Io add(ngtcp2_ssize length) noexcept {
    return sent(sender_.add(static_cast<std::size_t>(length)));
  }

  Io sent(Io io) noexcept {
    if (io != Io::kOk) [[unlikely]]
      failure_ = sender_.failure();
    return io;
  }

  Io stalled() noexcept {
    failure_ = {"recv", 0};
    return stop_.is_set() ? Io::kStopped : Io::kStalled;
  }

  Io failed(const char* op, ngtcp2_ssize error) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    const int code = static_cast<int>(error);
    if (QuicConnection::is_farewell(code)) return Io::kClosed;
    failure_ = {op, 0};
    error_ = code;
    return Io::kError;
  }

  QuicLane& lane_;
  QuicConnection& connection_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  SegmentedSender<kWait> sender_;
  PageBuffer single_;
  std::optional<DatagramReceiver> batch_;
  std::uint64_t packets_received_ = 0;
  IoFailure failure_;
  int error_ = 0;
};

}  // namespace xr
