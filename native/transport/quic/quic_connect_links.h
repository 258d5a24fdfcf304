#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/quic/quic_gate.h"
#include "transport/quic/quic_port.h"
#include "workload/connect.h"
#include "workload/io.h"

namespace xr {

/// Makes one QUIC connection after the other, all from one socket.
template <WaitPolicy kWait>
class QuicConnectorLink {
 public:
  /// `setup` is that of the connection before: each further one has the next number.
  QuicConnectorLink(QuicLane& lane, const QuicSetup& setup, const EndpointSpec& spec,
                    const StopFlag& stop)
      : setup_(setup),
        message_bytes_(spec.message_bytes),
        handshake_(spec.of<QuicOptions>().handshake),
        port_(lane, spec.idle_timeout_ns, stop),
        message_(spec.message_bytes, 0x5a),
        reply_(spec.of<QuicOptions>().verify ? spec.message_bytes : 0) {
    // The one that the run began with has done its part.
    port_.say_farewell(*lane.connection);
  }

  template <class Established>
  Io connect(const Established& established) {
    try {
      return connect_once(established);
    } catch (const Error& error) {
      return port_.failed(error.fault());
    }
  }

  void disconnect() noexcept {
    port_.say_farewell(*connection_);
    connection_.reset();
  }

  ConnectCounts& connects() noexcept { return connects_; }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return port_.failure(); }
  std::optional<Fault> fault() const { return port_.fault(); }

 private:
  template <class Established>
  Io connect_once(const Established& established) {
    ++setup_.number;
    connection_ = std::make_unique<QuicConnection>(setup_, monotonic_raw_ns());
    if (!reply_.empty()) {
      write_pattern(message_.data(), message_.size(), setup_.number);
      connection_->inbox().ring = reply_.data();
      connection_->inbox().ring_bytes = reply_.size();
    }
    QuicOutgoing out{-1, message_.data(), message_.size(), 0};
    if (setup_.early_data) out.id = connection_->open_bidi_stream();
    for (bool is_told = false;;) {
      if (const Io io = port_.write(*connection_, out, message_bytes_); io != Io::kOk) return io;
      if (const Io io = read(); io != Io::kOk) return io;
      if (!is_told && connection_->is_established()) {
        established();
        is_told = true;
        if (const Io io = count(); io != Io::kOk) return io;
        if (out.id < 0 || connection_->lost_early_data()) {
          out.id = connection_->open_bidi_stream();
          out.sent = 0;
        }
      }
      if (connection_->inbox().bytes < message_bytes_) continue;
      if (!reply_.empty() && reply_ != message_) return port_.failed(mismatch_fault());
      return Io::kOk;
    }
  }

  Io read() {
    const Io io = port_.receive(connection_->expiry_ns());
    if (io != Io::kOk && io != Io::kDue) return io;
    const std::uint64_t now_ns = monotonic_raw_ns();
    const std::uint64_t heard = connection_->heard().fresh;
    const int result = io == Io::kOk ? connection_->read(port_.packet(), port_.length(), now_ns)
                                     : connection_->expire(now_ns);
    if (connection_->heard().fresh != heard) port_.note_life();
    return result == 0 ? Io::kOk : port_.failed(*connection_, "ngtcp2_conn_read_pkt", result);
  }

  Io count() {
    connects_.made += 1;
    connects_.resumed += connection_->is_resumed();
    connects_.early_data += setup_.early_data && connection_->took_early_data();
    if (handshake_ == TlsHandshake::kFull || connection_->is_resumed()) return Io::kOk;
    return port_.failed({"TLS", "handshake", 0, "the server does not take its own ticket back"});
  }

  QuicSetup setup_;
  std::uint64_t message_bytes_;
  TlsHandshake handshake_;
  QuicPort<kWait> port_;
  std::vector<std::uint8_t> message_;
  /// Empty: nothing is verified.
  std::vector<std::uint8_t> reply_;
  std::unique_ptr<QuicConnection> connection_;
  ConnectCounts connects_;
  Counters counters_;
};

/// Takes one connection after the other, and sends back the one message of each. A connection is
/// over when its client says so, or begins the next.
template <WaitPolicy kWait>
class QuicAcceptorLink {
 public:
  static constexpr bool kReadsClockEachTime = true;

  QuicAcceptorLink(QuicLane& lane, const QuicSetup& setup, QuicGate& gate, const EndpointSpec& spec,
                   const StopFlag& stop)
      : setup_(setup),
        gate_(gate),
        message_bytes_(spec.message_bytes),
        port_(lane, spec.idle_timeout_ns, stop),
        message_(spec.message_bytes) {
    ++setup_.number;
  }

  /// The message of the next connection, complete.
  Io receive_request() {
    for (;;) {
      if (const Io io = step(); io != Io::kOk) return io;
      if (connection_ && out_.id < 0 && connection_->inbox().bytes >= message_bytes_)
        return Io::kOk;
    }
  }

  Io send_reply() {
    // The first stream that a client opens (RFC 9000 section 2.1).
    out_ = {0, message_.data(), message_.size(), 0};
    if (const Io io = write(); io != Io::kOk) return io;
    while (connection_ && out_.sent < message_bytes_) {
      if (const Io io = step(); io != Io::kOk) return io;
    }
    return Io::kOk;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return port_.failure(); }
  std::optional<Fault> fault() const { return port_.fault(); }

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  /// One packet, or one timer, and what there is to say to it.
  Io step() {
    const Io io = port_.receive(connection_ ? connection_->expiry_ns() : kNever);
    if (io == Io::kOk) {
      if (!take()) return Io::kError;
    } else if (io != Io::kDue) {
      // A client that is gone leaves its port closed; it may come back with the next connection.
      return io;
    } else if (connection_->expire(monotonic_raw_ns()) != 0) {
      connection_.reset();
    }
    return write();
  }

  bool take() {
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (connection_ && QuicGate::number_in(setup_, port_.packet(), port_.length()) >= setup_.number)
      connection_.reset();
    if (!connection_) {
      QuicAnswer answer;
      try {
        connection_ = gate_.admit(setup_, port_.packet(), port_.length(), now_ns, answer);
      } catch (const Error& error) {
        port_.failed(error.fault());
        return false;
      }
      if (answer.length > 0) port_.send(answer.bytes.data(), answer.length);
      if (!connection_) return true;
      ++setup_.number;
      out_ = {};
      connection_->inbox().ring = message_.data();
      connection_->inbox().ring_bytes = message_.size();
    }
    const std::uint64_t heard = connection_->heard().fresh;
    const bool reads = connection_->read(port_.packet(), port_.length(), now_ns) == 0;
    // The keys of a first packet are everybody's who has seen it, and so of one's own.
    if (connection_->is_ours() && connection_->heard().fresh != heard) port_.note_life();
    if (!reads) connection_.reset();
    return true;
  }

  Io write() {
    if (!connection_) return Io::kOk;
    const Io io = port_.write(*connection_, out_, out_.id < 0 ? 0 : message_bytes_);
    if (io != Io::kClosed && !port_.fault()) return io;
    // A connection that broke is its client's affair.
    port_.forget_fault();
    connection_.reset();
    return Io::kOk;
  }

  QuicSetup setup_;
  QuicGate& gate_;
  std::uint64_t message_bytes_;
  QuicPort<kWait> port_;
  std::vector<std::uint8_t> message_;
  std::unique_ptr<QuicConnection> connection_;
  QuicOutgoing out_;
  Counters counters_;
};

}  // namespace xr
