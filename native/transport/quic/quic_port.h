#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <vector>

#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/datagram/packet_inlet.h"
#include "transport/quic/quic_lane.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"

namespace xr {

/// The socket of a lane over which connections come and go: packets one by one, in and out.
template <WaitPolicy kWait>
class QuicPort {
 public:
  QuicPort(QuicLane& lane, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : lane_(lane),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        in_(kPacketBytes),
        out_(kPacketBytes) {}

  static constexpr std::size_t buffer_bytes() noexcept { return 2 * kPacketBytes; }

  /// Waits for a packet: kOk = `packet()`, kDue = `due_ns` came first. kStalled: `note_life` was
  /// not called for the idle timeout, in however many calls.
  Io receive(std::uint64_t due_ns) noexcept {
    // Of packets that are no sign of life there may be no end.
    if (is_strange_) {
      if (stop_.is_set()) return Io::kStopped;
      if (is_silent(monotonic_raw_ns())) return stalled();
    }
    for (;;) {
      const ssize_t got = ::recv(lane_.fd.get(), in_.data(), in_.size(), MSG_DONTWAIT);
      if (got > 0) {
        ++lane_.packets_received;
        length_ = static_cast<std::size_t>(got);
        is_strange_ = true;
        return Io::kOk;
      }
      if (stop_.is_set()) return Io::kStopped;
      // What was too large for the path counts as lost on it: the connection's timers see to that.
      if (got < 0 && errno != EAGAIN && errno != EINTR && errno != EMSGSIZE) {
        failure_ = {"recv", errno};
        return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
      }
      const std::uint64_t now_ns = monotonic_raw_ns();
      if (is_silent(now_ns)) return stalled();
      if (now_ns >= due_ns) return Io::kDue;
      if constexpr (kWait == WaitPolicy::kBlock)
        nap_until_readable(lane_.fd.get(), std::min(due_ns - now_ns, idle_timeout_ns_));
    }
  }
  /// The packet was of a peer that has shown itself.
  void note_life() noexcept {
    silent_since_ns_ = 0;
    is_strange_ = false;
  }
  const std::uint8_t* packet() const noexcept { return in_.data(); }
  std::size_t length() const noexcept { return length_; }

  /// All that a connection has to say now: of a stream up to offset `until`, and whatever else.
  Io write(QuicConnection& connection, QuicOutgoing& stream, std::uint64_t until) noexcept {
    for (;;) {
      const std::uint64_t now_ns = monotonic_raw_ns();
      std::size_t taken = 0;
      ngtcp2_ssize length = NGTCP2_ERR_STREAM_DATA_BLOCKED;
      if (stream.id >= 0 && stream.sent < until) {
        const ngtcp2_vec piece{const_cast<std::uint8_t*>(stream.ring) + stream.sent,
                               static_cast<std::size_t>(until - stream.sent)};
        length = connection.write(out_.data(), stream.id, &piece, 1, taken, now_ns);
      }
      // What is not data goes out all the same.
      if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED)
        length = connection.write(out_.data(), -1, nullptr, 0, taken, now_ns);
      if (length < 0) return failed(connection, "ngtcp2_conn_writev_stream", length);
      if (length == 0) return Io::kOk;
      stream.sent += taken;
      if (const Io io = send(out_.data(), static_cast<std::size_t>(length)); io != Io::kOk)
        return io;
    }
  }

  Io send(const std::uint8_t* data, std::size_t length) noexcept {
    ++lane_.packets_sent;
    ++lane_.send_calls;
    // A socket that is full loses the packet, as a network would.
    if (::send(lane_.fd.get(), data, length, MSG_NOSIGNAL) >= 0 || errno == ENOBUFS ||
        errno == EAGAIN || errno == EMSGSIZE) {
      return Io::kOk;
    }
    if (stop_.is_set()) return Io::kStopped;
    failure_ = {"send", errno};
    return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
  }

  void say_farewell(QuicConnection& connection) noexcept {
    const std::size_t length =
        connection.write_close(out_.data(), connection.payload_bytes(), monotonic_raw_ns(), 0);
    if (length > 0) send(out_.data(), length);
  }

  /// What an error of a connection's means for the run.
  Io failed(const QuicConnection& connection, const char* op, ngtcp2_ssize error) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    const int code = static_cast<int>(error);
    if (QuicConnection::is_farewell(code)) return Io::kClosed;
    failure_ = {op, 0};
    fault_ = connection.fault_of(op, code);
    return Io::kError;
  }
  Io failed(const Fault& fault) noexcept {
    fault_ = fault;
    return Io::kError;
  }

  IoFailure failure() const noexcept { return failure_; }
  const std::optional<Fault>& fault() const noexcept { return fault_; }
  /// It was of a connection that does not matter any more.
  void forget_fault() noexcept { fault_.reset(); }

 private:
  static constexpr std::size_t kPacketBytes = 65'536;

  bool is_silent(std::uint64_t now_ns) noexcept {
    if (silent_since_ns_ == 0) silent_since_ns_ = now_ns;
    return now_ns - silent_since_ns_ > idle_timeout_ns_;
  }
  Io stalled() noexcept {
    failure_ = {"recv", 0};
    return Io::kStalled;
  }

  QuicLane& lane_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  std::vector<std::uint8_t> in_;
  std::vector<std::uint8_t> out_;
  std::size_t length_ = 0;
  std::uint64_t silent_since_ns_ = 0;
  /// What came last was no sign of life, as far as is known.
  bool is_strange_ = false;
  IoFailure failure_;
  std::optional<Fault> fault_;
};

}  // namespace xr
