#pragma once

#include <cstdint>
#include <cstring>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"

namespace xr {

/// Ping-pong over one bidirectional stream that lives as long as the connection. The responder
/// sends back the bytes that came. An acknowledgement goes with the next message, so that a round
/// trip of small messages is one packet each way.
template <WaitPolicy kWait>
class QuicPingPongLink {
 public:
  QuicPingPongLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        pump_(lane, is_many_packets(spec.message_bytes, lane.connection->payload_bytes()),
              spec.idle_timeout_ns, stop),
        in_(spec.message_bytes),
        requests_(spec.side == Side::kClient ? spec.message_bytes : 0,
                  spec.of<QuicOptions>().verify) {
    QuicInbox& inbox = pump_.connection().inbox();
    inbox.ring = in_.data();
    inbox.ring_bytes = in_.size();
    const bool initiates = spec.side == Side::kClient;
    out_.id = lane.streams.front();
    out_.ring = initiates ? requests_.data() : in_.data();
    out_.ring_bytes = message_bytes_;
  }
  ~QuicPingPongLink() { pump_.connection().inbox().ring = nullptr; }
  QuicPingPongLink(const QuicPingPongLink&) = delete;
  QuicPingPongLink& operator=(const QuicPingPongLink&) = delete;

  Io send_request() noexcept {
    requests_.next();
    return send_message();
  }
  Io receive_reply() noexcept { return requests_.check(receive_message(), in_.data()); }
  Io receive_request() noexcept { return receive_message(); }
  Io send_reply() noexcept { return send_message(); }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return requests_.fault_or(pump_.fault()); }

 private:
  Io send_message() noexcept {
    const std::uint64_t until = out_.sent + message_bytes_;
    for (;;) {
      const Io io = pump_.write_stream(out_, until);
      if (out_.sent == until && io == Io::kOk) [[likely]]
        return Io::kOk;
      // With kOk a run of packets is through, and there are more.
      if (io == Io::kOk) continue;
      if (io != Io::kFull) return io;
      if (const Io read = pump_.read_some(); read != Io::kOk) return read;
    }
  }

  Io receive_message() noexcept {
    expected_ += message_bytes_;
    const QuicInbox& inbox = pump_.connection().inbox();
    while (inbox.bytes < expected_) {
      if (const Io io = pump_.read_some(); io != Io::kOk) [[unlikely]]
        return io;
      if (inbox.bytes >= expected_) [[likely]]
        break;
      if (const Io io = pump_.write_control(); io != Io::kOk) return io;
    }
    return Io::kOk;
  }

  std::uint64_t message_bytes_;
  QuicPump<kWait> pump_;
  PageBuffer in_;
  CheckedMessages requests_;
  QuicOutgoing out_;
  std::uint64_t expected_ = 0;
  Counters counters_;
};

}  // namespace xr
