#include "binding/spec_from_js.h"

#include <string>

#include "binding/spec_reader.h"

namespace xr::js {
namespace {

SocketOptions socket_options(const Reader& reader) {
  constexpr int kHighest = 0x3fffffff;
  SocketOptions options;
  options.send_buffer_bytes = reader.optional_int("sendBufferBytes", kHighest);
  options.receive_buffer_bytes = reader.optional_int("receiveBufferBytes", kHighest);
  options.no_delay = reader.boolean("noDelay");
  if (!reader.field("congestionControl").IsNull())
    options.congestion_control = reader.text("congestionControl");
  options.dscp = reader.optional_int("dscp", 63);
  options.busy_poll_us = reader.optional_int("busyPollUs", kHighest);
  options.segmentation_offload = reader.boolean("segmentationOffload");
  options.multipath = reader.boolean("mptcp");
  return options;
}

RdmaOptions rdma_options(const Reader& reader) {
  constexpr int kHighest = 0xffff;
  RdmaOptions options;
  options.queue_pair = reader.one_of<QueuePairType>(
      "queuePair",
      {{"rc", QueuePairType::kRc}, {"uc", QueuePairType::kUc}, {"ud", QueuePairType::kUd}});
  options.operation =
      reader.one_of<RdmaOperation>("operation", {{"send", RdmaOperation::kSend},
                                                 {"write", RdmaOperation::kWrite},
                                                 {"write-imm", RdmaOperation::kWriteImm},
                                                 {"read", RdmaOperation::kRead},
                                                 {"fetch-add", RdmaOperation::kFetchAdd},
                                                 {"compare-swap", RdmaOperation::kCompareSwap}});
  if (!reader.field("device").IsNull()) options.device = reader.text("device");
  options.port = reader.optional_int("port", 255);
  options.gid_index = reader.optional_int("gidIndex", kHighest);
  options.tx_depth = reader.optional_int("txDepth", kHighest);
  options.rx_depth = reader.optional_int("rxDepth", kHighest);
  options.signal_every = reader.optional_int("signalEvery", kHighest);
  options.post_list = reader.optional_int("postList", kHighest);
  options.inline_bytes = reader.optional_int("inlineBytes", kHighest);
  options.connect_by = reader.one_of<ConnectBy>(
      "connectBy", {{"exchange", ConnectBy::kExchange}, {"rdma-cm", ConnectBy::kRdmaCm}});
  options.verify = reader.boolean("verify");
  return options;
}

TlsCipher tls_cipher(const Reader& reader) {
  return reader.one_of<TlsCipher>("cipher", kTlsCipherNames);
}

TlsHandshake tls_handshake(const Reader& reader) {
  return reader.one_of<TlsHandshake>("handshake", {{"full", TlsHandshake::kFull},
                                                   {"resumed", TlsHandshake::kResumed},
                                                   {"0rtt", TlsHandshake::kEarlyData}});
}

TlsOptions tls_options(const Reader& reader) {
  TlsOptions options;
  options.cipher = tls_cipher(reader);
  options.handshake = tls_handshake(reader);
  options.kernel = reader.one_of<KernelTls>(
      "kernel", {{"off", KernelTls::kOff}, {"auto", KernelTls::kAuto}, {"on", KernelTls::kOn}});
  return options;
}

QuicOptions quic_options(const Reader& reader) {
  constexpr int kLargestWindow = 0x3fffffff;
  const auto number = [&](const char* name, int highest) {
    const std::optional<int> value = reader.optional_int(name, highest);
    if (!value) bad(name, "a number");
    return static_cast<unsigned>(*value);
  };
  QuicOptions options;
  options.messages = reader.one_of<QuicMessages>("messages",
                                                 {{"stream", QuicMessages::kStream},
                                                  {"stream-each", QuicMessages::kStreamEach},
                                                  {"datagram", QuicMessages::kDatagram}});
  options.streams = number("streams", 64);
  options.udp_payload_bytes = number("udpPayloadBytes", 65'507);
  options.window_bytes = number("windowBytes", kLargestWindow);
  options.ack_threshold = number("ackThreshold", 1000);
  options.congestion =
      reader.one_of<QuicCongestion>("congestionControl", {{"cubic", QuicCongestion::kCubic},
                                                          {"reno", QuicCongestion::kReno},
                                                          {"bbr", QuicCongestion::kBbr}});
  options.null_crypto = reader.boolean("nullCrypto");
  options.retry = reader.boolean("retry");
  options.pacing = reader.boolean("pacing");
  options.key_update_ns = reader.integer("keyUpdateNs");
  options.verify = reader.boolean("verify");
  return options;
}

QuicOpensslOptions quic_openssl_options(const Reader& reader) {
  QuicOpensslOptions options;
  const std::uint64_t streams = reader.integer("streams");
  if (streams > 64) bad("streams", "at most 64");
  options.streams = static_cast<unsigned>(streams);
  options.verify = reader.boolean("verify");
  return options;
}

UnixOptions unix_options(const Reader& spec) {
  UnixOptions options;
  if (spec.is_given("unixType")) {
    options.type = spec.one_of<UnixType>(
        "unixType", {{"stream", UnixType::kStream}, {"seqpacket", UnixType::kSeqpacket}});
  }
  return options;
}

TransportKind transport_kind(const std::string& given) {
  for (const auto& [name, kind] : kTransportNames) {
    if (given == name) return kind;
  }
  bad("transport", "one of the known words");
}

TransportOptions transport_options(TransportKind kind, WaitPolicy wait, const Reader& spec) {
  // Read for those without a socket too: what is out of range is refused everywhere.
  SocketOptions socket = socket_options(spec.object("socket"));
  socket.prefers_busy_poll = wait == WaitPolicy::kBusyPoll;
  const auto over_sockets = [&](auto options) -> TransportOptions {
    options.socket = socket;
    return options;
  };
  switch (kind) {
    case TransportKind::kLoopback: return LoopbackOptions{};
    case TransportKind::kTcp: return over_sockets(TcpOptions{});
    case TransportKind::kUdp: return over_sockets(UdpOptions{});
    case TransportKind::kRdma: return rdma_options(spec.object("rdma"));
    case TransportKind::kTls: return over_sockets(tls_options(spec.object("tls")));
    case TransportKind::kQuic: {
      QuicOptions options = quic_options(spec.object("quic"));
      options.cipher = tls_cipher(spec.object("tls"));
      options.handshake = tls_handshake(spec.object("tls"));
      return over_sockets(options);
    }
    case TransportKind::kQuicOpenssl: {
      QuicOpensslOptions options = quic_openssl_options(spec.object("quicOpenssl"));
      options.cipher = tls_cipher(spec.object("tls"));
      return over_sockets(options);
    }
    case TransportKind::kUnix: return over_sockets(unix_options(spec));
    case TransportKind::kShm: return ShmOptions{};
  }
  bad("transport", "one of the known words");
}

// What one workload alone has stands in the spec itself.

StreamOptions stream_options(const Reader& spec) {
  StreamOptions options;
  options.direction = spec.one_of<Direction>(
      "direction",
      {{"up", Direction::kUp}, {"down", Direction::kDown}, {"both", Direction::kBoth}});
  const std::uint64_t streams = spec.integer("streams");
  if (streams > kMostStreams) bad("streams", "at most 64");
  options.streams = static_cast<unsigned>(streams);
  options.rate_bits_per_sec = static_cast<double>(spec.integer("rateBitsPerSec"));
  return options;
}

RrOptions rr_options(const Reader& spec) {
  RrOptions options;
  options.response_bytes = spec.integer("responseSizeBytes");
  const std::uint64_t inflight = spec.integer("inflight");
  if (inflight > kMostInflight) bad("inflight", "at most 4,096");
  options.inflight = static_cast<unsigned>(inflight);
  return options;
}

PortRange port_range(const Reader& reader) {
  const auto number = [&](const char* name) {
    const std::uint64_t value = reader.integer(name);
    if (value > 65'535) bad(name, "at most 65,535");
    return static_cast<unsigned>(value);
  };
  return {number("first"), number("last"), number("atMost")};
}

}  // namespace

EndpointSpec spec_from_js(const Napi::Value& value) {
  if (!value.IsObject()) bad("spec", "an object");
  const Reader reader(value.As<Napi::Object>());
  EndpointSpec spec;
  const TransportKind transport = transport_kind(reader.text("transport"));
  spec.side = reader.one_of<Side>("role", {{"client", Side::kClient}, {"server", Side::kServer}});
  spec.local_address = reader.text("localAddress");
  if (reader.is_given("peerAddress")) spec.peer_address = reader.text("peerAddress");
  if (reader.is_given("isGuarded")) spec.guarded = reader.boolean("isGuarded");
  if (reader.is_given("dataPorts")) spec.data_ports = port_range(reader.object("dataPorts"));
  spec.workload = reader.one_of<Workload>("workload", kWorkloadNames);
  spec.message_bytes = reader.integer("messageSizeBytes");
  spec.stream = stream_options(reader);
  if (spec.workload == Workload::kRr) spec.rr = rr_options(reader);
  spec.wait = reader.one_of<WaitPolicy>(
      "wait", {{"spin", WaitPolicy::kSpin},
               {"block", WaitPolicy::kBlock},
               {"busy-poll", WaitPolicy::kBusyPoll}});
  spec.phases.warmup_cap_ns = reader.integer("warmupCapNs");
  spec.phases.duration_ns = reader.integer("durationNs");
  spec.phases.iterations = reader.integer("iterations");
  spec.phases.interval_ns = reader.integer("intervalNs");
  spec.verify = reader.boolean("verify");
  spec.message_timeout_ns = reader.integer("messageTimeoutNs");
  spec.idle_timeout_ns = reader.integer("idleTimeoutNs");
  spec.connect_timeout_ns = reader.integer("connectTimeoutNs");
  const Napi::Value cpus = reader.field("cpus");
  if (!cpus.IsArray()) bad("cpus", "an array");
  const auto list = cpus.As<Napi::Array>();
  if (list.Length() > 1024) bad("cpus", "at most 1,024 numbers");
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    const std::uint64_t cpu = Reader::to_integer(list.Get(i), "cpus");
    if (cpu > 1023) bad("cpus", "numbers below 1,024");
    spec.cpus.push_back(static_cast<int>(cpu));
  }
  spec.options = transport_options(transport, spec.wait, reader);
  return spec;
}

}  // namespace xr::js
