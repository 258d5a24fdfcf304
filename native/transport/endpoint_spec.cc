#include "transport/endpoint_spec.h"

#include "base/error.h"

namespace xr {
namespace {

constexpr std::uint64_t kLargestMessageBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kLongestNs = std::uint64_t{7 * 24 * 3600} * kNsPerSec;
// An IPv4 packet is at most 65,535 bytes, of which 20 and 8 are headers (RFC 791, RFC 768).
constexpr std::uint64_t kLargestDatagramIpv4Bytes = 65'507;
// IPv6's payload length leaves out its own header (RFC 8200 section 3).
constexpr std::uint64_t kLargestDatagramIpv6Bytes = 65'527;
// A packet has to fit the send buffer of its socket, by default 212,992 bytes
// (net.core.wmem_default), of which unix_dgram_sendmsg keeps 32 back.
constexpr std::uint64_t kLargestSeqpacketBytes = 212'960;

void require(bool holds, const char* what) {
  if (!holds) throw_fault("BAD_SPEC", "spec", what);
}

void check_stream(const EndpointSpec& spec) {
  const StreamOptions& stream = spec.stream;
  require(stream.streams >= 1 && stream.streams <= kMostStreams,
          "streams must lie between 1 and 64");
  require(spec.workload == Workload::kStream ||
              (stream.streams == 1 && stream.direction == Direction::kUp),
          "ping-pong has one connection and no direction");
  require(stream.rate_bits_per_sec >= 0 && stream.rate_bits_per_sec <= 1e15,
          "rateBitsPerSec must lie between 0 and 10^15");
}

void check_rr(const RrOptions& rr) {
  require(rr.response_bytes >= 1 && rr.response_bytes <= kLargestMessageBytes,
          "responseSizeBytes must lie between 1 and 67,108,864");
  require(rr.inflight >= 1 && rr.inflight <= kMostInflight,
          "inflight must lie between 1 and 4,096");
}

void check_without_multipath(const SocketOptions& socket) {
  require(!socket.multipath, "mptcp is for tcp and tls");
}

void check_handshake(const EndpointSpec& spec, TlsHandshake handshake) {
  require(handshake == TlsHandshake::kFull || spec.workload == Workload::kConnect,
          "tls.handshake is full but for connect");
}

/// Of those that refuse nothing by themselves.
template <class Options>
void check_options(const EndpointSpec&, const Options&) {}

void check_options(const EndpointSpec& spec, const UdpOptions& udp) {
  check_without_multipath(udp.socket);
  // A message of a message link may be many datagrams.
  if (spec.uses_messages()) return;
  const bool ipv6 = spec.local_address.find(':') != std::string::npos;
  require(spec.message_bytes <= (ipv6 ? kLargestDatagramIpv6Bytes : kLargestDatagramIpv4Bytes),
          "messageSizeBytes is beyond what a UDP datagram can carry (65,507 bytes; 65,527 with "
          "IPv6)");
}

void check_options(const EndpointSpec& spec, const RdmaOptions&) { check_rdma_spec(spec); }

void check_options(const EndpointSpec& spec, const TlsOptions& tls) {
  check_handshake(spec, tls.handshake);
  require(tls.handshake != TlsHandshake::kEarlyData, "tls.handshake 0rtt is for quic");
}

void check_options(const EndpointSpec& spec, const QuicOptions& quic) {
  check_without_multipath(quic.socket);
  check_handshake(spec, quic.handshake);
  // The library asserts some of these.
  require(quic.streams >= 1 && quic.streams <= 64, "quic.streams must lie between 1 and 64");
  require(quic.udp_payload_bytes >= 1200 && quic.udp_payload_bytes <= 65'507,
          "quic.udpPayloadBytes must lie between 1,200 and 65,507");
  require(quic.window_bytes >= 1024, "quic.windowBytes must be 1,024 or more");
  require(quic.ack_threshold >= 1, "quic.ackThreshold must be 1 or more");
  require(!quic.null_crypto || !quic.retry,
          "quic.retry needs encrypted packets: a Retry is authenticated");
  require(quic.messages != QuicMessages::kStreamEach || spec.uses_messages(),
          "streams of their own are for the messages of rr");
  require(!quic.in_datagrams() || spec.workload != Workload::kConnect,
          "connect has its messages in streams");
  require(!quic.in_datagrams() || spec.uses_messages() ||
              spec.message_bytes + kQuicDatagramOverheadBytes <= quic.udp_payload_bytes,
          "messageSizeBytes is beyond what a QUIC datagram of this payload can carry");
}

void check_options(const EndpointSpec&, const QuicOpensslOptions& quic) {
  check_without_multipath(quic.socket);
  require(quic.streams >= 1 && quic.streams <= 64, "quicOpenssl.streams must lie between 1 and 64");
}

void check_options(const EndpointSpec& spec, const UnixOptions& unix_options) {
  check_without_multipath(unix_options.socket);
  const std::uint64_t packet_bytes = spec.message_head_bytes() + spec.longest_message_bytes();
  require(unix_options.type == UnixType::kStream || packet_bytes <= kLargestSeqpacketBytes,
          "messageSizeBytes is beyond what a packet of AF_UNIX can carry (212,960 bytes)");
}

}  // namespace

void check_spec(const EndpointSpec& spec) {
  require(spec.message_bytes >= 1 && spec.message_bytes <= kLargestMessageBytes,
          "messageSizeBytes must lie between 1 and 67,108,864");
  check_stream(spec);
  if (spec.wait == WaitPolicy::kBusyPoll) {
    require(spec.transport() == TransportKind::kTcp || spec.transport() == TransportKind::kTls ||
                spec.transport() == TransportKind::kUdp,
            "busy-poll is for tcp, tls and udp");
    require(spec.workload == Workload::kPingPong || spec.workload == Workload::kStream,
            "busy-poll is for ping-pong and stream");
  }
  require(spec.workload != Workload::kConnect || spec.transport() == TransportKind::kTcp ||
              spec.transport() == TransportKind::kTls || spec.transport() == TransportKind::kQuic,
          "connect is for tcp, tls and quic");
  if (spec.workload == Workload::kRr) check_rr(spec.rr);
  require((spec.phases.duration_ns == 0) != (spec.phases.iterations == 0),
          "exactly one of durationNs and iterations must be given");
  require(spec.phases.duration_ns <= kLongestNs && spec.phases.warmup_cap_ns <= kLongestNs,
          "durationNs and warmupCapNs must not be longer than a week");
  require(spec.phases.interval_ns >= kNsPerMs && spec.phases.interval_ns <= kLongestNs,
          "intervalNs must be a millisecond or more");
  require(spec.message_timeout_ns >= kNsPerMs && spec.message_timeout_ns <= 3600 * kNsPerSec,
          "messageTimeoutNs must lie between 1 ms and an hour");
  require(spec.idle_timeout_ns >= kNsPerMs && spec.idle_timeout_ns <= 3600 * kNsPerSec,
          "idleTimeoutNs must lie between 1 ms and an hour");
  require(spec.connect_timeout_ns >= kNsPerMs && spec.connect_timeout_ns <= 3600 * kNsPerSec,
          "connectTimeoutNs must lie between 1 ms and an hour");
  if (spec.data_ports) {
    const PortRange& ports = *spec.data_ports;
    require(ports.first >= 1 && ports.first <= ports.last && ports.last <= 65'535,
            "dataPorts must be ports from 1 to 65,535, the first before the last");
    require(ports.at_most >= 1, "dataPorts.atMost must be 1 or more");
  }
  std::visit([&](const auto& options) { check_options(spec, options); }, spec.options);
  for (const int cpu : spec.cpus)
    require(cpu >= 0 && cpu < 1024, "cpus must lie between 0 and 1023");
}

}  // namespace xr
