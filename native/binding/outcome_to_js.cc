#include "binding/outcome_to_js.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "binding/js_error.h"
#include "binding/text_or_null.h"

namespace xr::js {
namespace {

Napi::Value number(Napi::Env env, std::uint64_t value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

Napi::Value value_of(Napi::Env env, int value) { return Napi::Number::New(env, value); }
Napi::Value value_of(Napi::Env env, unsigned value) { return Napi::Number::New(env, value); }
Napi::Value value_of(Napi::Env env, std::uint64_t value) { return number(env, value); }
Napi::Value value_of(Napi::Env env, double value) { return Napi::Number::New(env, value); }
Napi::Value value_of(Napi::Env env, bool value) { return Napi::Boolean::New(env, value); }
Napi::Value value_of(Napi::Env env, const std::string& value) {
  return Napi::String::New(env, value);
}

template <class T>
Napi::Value nullable(Napi::Env env, const std::optional<T>& value) {
  return value ? value_of(env, *value) : env.Null();
}

Napi::Value rdma_to_js(Napi::Env env, const RdmaSettings& rdma) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("device", rdma.device);
  object.Set("port", rdma.port);
  object.Set("driver", rdma.driver);
  object.Set("firmware", rdma.firmware);
  object.Set("software", rdma.software);
  object.Set("sameDevice", rdma.same_device);
  object.Set("linkLayer", rdma.link_layer);
  object.Set("gidIndex", rdma.gid_index < 0 ? env.Null() : value_of(env, rdma.gid_index));
  object.Set("gid", rdma.gid);
  object.Set("gidType", rdma.gid_type);
  object.Set("netdev", rdma.netdev);
  object.Set("remoteGid", rdma.remote_gid);
  object.Set("remoteLid", rdma.remote_lid);
  object.Set("mtuBytes", rdma.mtu_bytes);
  object.Set("localMtuBytes", rdma.local_mtu_bytes);
  object.Set("remoteMtuBytes", rdma.remote_mtu_bytes);
  object.Set("queuePair", rdma.queue_pair);
  object.Set("operation", rdma.operation);
  object.Set("connectBy", rdma.connect_by);
  object.Set("txDepth", rdma.tx_depth);
  object.Set("rxDepth", rdma.rx_depth);
  object.Set("signalEvery", rdma.signal_every);
  object.Set("postList", rdma.post_list);
  object.Set("inlineBytes", rdma.inline_bytes);
  object.Set("deviceNumaNode", nullable(env, rdma.device_numa_node));
  object.Set("memoryNumaNode", nullable(env, rdma.memory_numa_node));
  object.Set("dataInOrder", nullable(env, rdma.data_in_order));
  object.Set("verify", rdma.verify);
  return object;
}

Napi::Value tls_to_js(Napi::Env env, const TlsSettings& tls) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("library", tls.library);
  object.Set("version", tls.version);
  object.Set("builtWith", nullable(env, tls.built_with));
  object.Set("protocol", tls.protocol);
  object.Set("cipher", tls.cipher);
  object.Set("group", tls.group);
  object.Set("ktls", tls.ktls);
  object.Set("ktlsProblem", text_or_null(env, tls.ktls_problem));
  return object;
}

Napi::Value quic_to_js(Napi::Env env, const QuicSettings& quic) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("library", quic.library);
  object.Set("version", quic.version);
  object.Set("builtWith", nullable(env, quic.built_with));
  object.Set("protocolVersion", quic.protocol_version);
  object.Set("messages", quic.messages);
  object.Set("streams", quic.streams);
  object.Set("udpPayloadBytes", quic.udp_payload_bytes);
  object.Set("localUdpPayloadBytes", nullable(env, quic.local_payload_bytes));
  object.Set("sharesPackets", quic.shares_packets);
  object.Set("windowBytes", nullable(env, quic.window_bytes));
  object.Set("ackThreshold", nullable(env, quic.ack_threshold));
  object.Set("pacing", quic.pacing);
  object.Set("retry", quic.retry);
  object.Set("keyUpdates", number(env, quic.key_updates));
  object.Set("congestionControl", nullable(env, quic.congestion_control));
  object.Set("congestionWindowBytes", nullable(env, quic.congestion_window_bytes));
  object.Set("smoothedRttNs", nullable(env, quic.smoothed_rtt_ns));
  object.Set("minRttNs", nullable(env, quic.min_rtt_ns));
  object.Set("rttVariationNs", nullable(env, quic.rtt_variation_ns));
  object.Set("packetsSent", number(env, quic.packets_sent));
  object.Set("packetsReceived", number(env, quic.packets_received));
  object.Set("sendCalls", number(env, quic.send_calls));
  object.Set("handshakeNs", number(env, quic.handshake_ns));
  object.Set("packetsSentPerMessage", nullable(env, quic.packets_sent_per_message));
  object.Set("packetsReceivedPerMessage", nullable(env, quic.packets_received_per_message));
  return object;
}

Napi::Value tcp_to_js(Napi::Env env, const TcpStatistics& tcp) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("connections", tcp.connections);
  object.Set("segmentsSent", nullable(env, tcp.segments_sent));
  object.Set("segmentsReceived", nullable(env, tcp.segments_received));
  object.Set("segmentsRetransmitted", nullable(env, tcp.segments_retransmitted));
  object.Set("bytesSent", nullable(env, tcp.bytes_sent));
  object.Set("bytesRetransmitted", nullable(env, tcp.bytes_retransmitted));
  object.Set("bytesReceived", nullable(env, tcp.bytes_received));
  object.Set("duplicatesReported", nullable(env, tcp.duplicates_reported));
  object.Set("reorderingsSeen", nullable(env, tcp.reorderings_seen));
  object.Set("congestionMarks", nullable(env, tcp.congestion_marks));
  object.Set("busyNs", nullable(env, tcp.busy_ns));
  object.Set("receiveWindowLimitedNs", nullable(env, tcp.receive_window_limited_ns));
  object.Set("sendBufferLimitedNs", nullable(env, tcp.send_buffer_limited_ns));
  object.Set("smoothedRttNs", nullable(env, tcp.smoothed_rtt_ns));
  object.Set("rttVariationNs", nullable(env, tcp.rtt_variation_ns));
  object.Set("minRttNs", nullable(env, tcp.min_rtt_ns));
  object.Set("congestionWindowBytes", nullable(env, tcp.congestion_window_bytes));
  object.Set("slowStartThresholdBytes", nullable(env, tcp.slow_start_threshold_bytes));
  object.Set("deliveryRateBitsPerSec", nullable(env, tcp.delivery_rate_bits_per_sec));
  object.Set("pacingRateBitsPerSec", nullable(env, tcp.pacing_rate_bits_per_sec));
  return object;
}

const char* name_of(Role role) {
  switch (role) {
    case Role::kInitiator: return "initiator";
    case Role::kResponder: return "responder";
    case Role::kSender: return "sender";
    case Role::kReceiver: return "receiver";
  }
  return "";
}

const char* name_of(WarmupEnd end) {
  switch (end) {
    case WarmupEnd::kNone: return "none";
    case WarmupEnd::kSteady: return "steady";
    case WarmupEnd::kCap: return "cap";
  }
  return "";
}

const char* name_of(RunStatus status) {
  switch (status) {
    case RunStatus::kCompleted: return "completed";
    case RunStatus::kStopped: return "stopped";
    case RunStatus::kPeerClosed: return "peer-closed";
    case RunStatus::kFailed: return "failed";
  }
  return "";
}

Napi::Object mark_to_js(Napi::Env env, const Mark& mark) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("timeNs", number(env, mark.time_ns));
  object.Set("messages", number(env, mark.counters.messages));
  object.Set("bytes", number(env, mark.counters.bytes));
  object.Set("lost", number(env, mark.counters.lost));
  object.Set("duplicates", number(env, mark.counters.duplicates));
  object.Set("reordered", number(env, mark.counters.reordered));
  object.Set("late", number(env, mark.counters.late));
  object.Set("localDrops", number(env, mark.counters.local_drops));
  object.Set("forgivenBytes", number(env, mark.counters.forgiven_bytes));
  object.Set("cpuUserNs", number(env, mark.usage.user_ns));
  object.Set("cpuSystemNs", number(env, mark.usage.system_ns));
  object.Set("voluntaryContextSwitches", number(env, mark.usage.voluntary_switches));
  object.Set("involuntaryContextSwitches", number(env, mark.usage.involuntary_switches));
  return object;
}

Napi::Object histograms_to_js(Napi::Env env, const std::vector<NamedHistogram>& histograms) {
  Napi::Object object = Napi::Object::New(env);
  for (const NamedHistogram& one : histograms) object.Set(one.name, to_js(env, one.histogram));
  return object;
}

/// With the histogram of the handshakes, which is among the named ones too.
Napi::Value connects_to_js(Napi::Env env, const LinkOutcome& link) {
  if (!link.connects) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("made", number(env, link.connects->made));
  object.Set("resumed", number(env, link.connects->resumed));
  object.Set("earlyData", number(env, link.connects->early_data));
  for (const NamedHistogram& one : link.histograms) {
    if (std::string_view(one.name) == kHandshakeName)
      object.Set("handshake", to_js(env, one.histogram));
  }
  return object;
}

Napi::Value scheduling_to_js(Napi::Env env, const std::optional<SchedulingShare>& share) {
  if (!share) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("wallNs", number(env, share->wall_ns));
  object.Set("onCpuNs", number(env, share->on_cpu_ns));
  object.Set("runDelayNs", number(env, share->run_delay_ns));
  return object;
}

Napi::Object link_to_js(Napi::Env env, const LinkOutcome& link) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("role", name_of(link.role));
  object.Set("sendUnits", nullable(env, link.send_units));
  object.Set("pinnedCpu", link.pinned_cpu < 0 ? env.Null() : value_of(env, link.pinned_cpu));
  if (link.warmup) {
    Napi::Object warmup = Napi::Object::New(env);
    warmup.Set("durationNs", number(env, link.warmup->duration_ns));
    warmup.Set("ended", name_of(link.warmup->ended));
    object.Set("warmup", warmup);
  } else {
    object.Set("warmup", env.Null());
  }
  Napi::Array marks = Napi::Array::New(env, link.marks.size());
  for (std::uint32_t i = 0; i < link.marks.size(); ++i)
    marks.Set(i, mark_to_js(env, link.marks[i]));
  object.Set("marks", marks);
  object.Set("latency", link.latency ? Napi::Value(to_js(env, *link.latency)) : env.Null());
  Napi::Array intervals = Napi::Array::New(env, link.interval_latencies.size());
  for (std::uint32_t i = 0; i < link.interval_latencies.size(); ++i)
    intervals.Set(i, to_js(env, link.interval_latencies[i]));
  object.Set("intervalLatencies", intervals);
  // Absent otherwise: a client of before them does not know it.
  if (!link.histograms.empty()) object.Set("histograms", histograms_to_js(env, link.histograms));
  object.Set("connects", connects_to_js(env, link));
  object.Set("scheduling", scheduling_to_js(env, link.scheduling));
  object.Set("cpuKhz", nullable(env, link.cpu_khz));
  return object;
}

}  // namespace

Napi::Object to_js(Napi::Env env, const SparseHistogram& histogram) {
  const std::size_t length = histogram.indices.size();
  Napi::Int32Array indices = Napi::Int32Array::New(env, length);
  Napi::Float64Array counts = Napi::Float64Array::New(env, length);
  std::copy(histogram.indices.begin(), histogram.indices.end(), indices.Data());
  std::copy(histogram.counts.begin(), histogram.counts.end(), counts.Data());
  const bool empty = histogram.totals.count == 0;
  Napi::Object object = Napi::Object::New(env);
  object.Set("indices", indices);
  object.Set("counts", counts);
  object.Set("count", number(env, histogram.totals.count));
  object.Set("overflow", number(env, histogram.totals.overflow));
  object.Set("minNs", empty ? env.Null() : number(env, histogram.extremes.min_ns));
  object.Set("maxNs", empty ? env.Null() : number(env, histogram.extremes.max_ns));
  object.Set("sumNs", number(env, histogram.totals.sum_ns));
  return object;
}

Napi::Object to_js(Napi::Env env, const EffectiveSettings& settings) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("localAddress", settings.local_address);
  object.Set("remoteAddress", settings.remote_address);
  object.Set("localPort", nullable(env, settings.local_port));
  object.Set("remotePort", nullable(env, settings.remote_port));
  object.Set("sendBufferBytes", nullable(env, settings.send_buffer_bytes));
  object.Set("receiveBufferBytes", nullable(env, settings.receive_buffer_bytes));
  object.Set("noDelay", nullable(env, settings.no_delay));
  object.Set("congestionControl", nullable(env, settings.congestion_control));
  object.Set("dscp", nullable(env, settings.dscp));
  object.Set("busyPollUs", nullable(env, settings.busy_poll_us));
  object.Set("maxSegmentBytes", nullable(env, settings.max_segment_bytes));
  object.Set("pathMtuBytes", nullable(env, settings.path_mtu_bytes));
  object.Set("gso", nullable(env, settings.gso));
  object.Set("gro", nullable(env, settings.gro));
  // Absent otherwise: a client of before it does not know it.
  if (settings.header_bytes) object.Set("headerBytes", *settings.header_bytes);
  if (settings.multipath) object.Set("multipath", *settings.multipath);
  if (settings.polls_device) object.Set("pollsDevice", *settings.polls_device);
  object.Set("rdma", settings.rdma ? rdma_to_js(env, *settings.rdma) : env.Null());
  object.Set("tls", settings.tls ? tls_to_js(env, *settings.tls) : env.Null());
  object.Set("quic", settings.quic ? quic_to_js(env, *settings.quic) : env.Null());
  return object;
}

Napi::Object to_js(Napi::Env env, ClockSource source, const ClockQuality& quality,
                   std::optional<double> drift_ppm) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("source", source == ClockSource::kCounter ? "tsc" : "monotonic-raw");
  object.Set("readingCostNs", quality.reading_cost_ns);
  object.Set("resolutionNs", quality.resolution_ns);
  object.Set("driftPpm", nullable(env, drift_ppm));
  return object;
}

Napi::Object to_js(Napi::Env env, const RunOutcome& outcome) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("status", name_of(outcome.status));
  object.Set("fault", outcome.fault ? Napi::Value(to_object(env, *outcome.fault)) : env.Null());
  object.Set("clock", to_js(env, outcome.clock_source, outcome.clock_quality, outcome.drift_ppm));
  Napi::Array links = Napi::Array::New(env, outcome.links.size());
  for (std::uint32_t i = 0; i < outcome.links.size(); ++i)
    links.Set(i, link_to_js(env, outcome.links[i]));
  object.Set("links", links);
  object.Set("softirqNs",
             outcome.softirq_ns < 0
                 ? env.Null()
                 : Napi::Value(Napi::Number::New(env, static_cast<double>(outcome.softirq_ns))));
  object.Set("effective", to_js(env, outcome.effective));
  object.Set("tcp", outcome.tcp ? tcp_to_js(env, *outcome.tcp) : env.Null());
  // Absent otherwise: a client of before it does not know it.
  if (outcome.strangers) object.Set("strangers", number(env, *outcome.strangers));
  return object;
}

}  // namespace xr::js
