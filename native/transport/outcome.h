#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "measure/clock_source.h"
#include "measure/mark.h"
#include "measure/scheduling.h"
#include "measure/timeline.h"
#include "transport/rdma/rdma_options.h"
#include "workload/connect.h"
#include "workload/io.h"

namespace xr {

/// A stretch of a histogram: only the buckets that are not empty.
struct SparseHistogram {
  std::vector<std::int32_t> indices;
  std::vector<double> counts;
  Totals totals;
  Extremes extremes;
};

struct Warmup {
  std::uint64_t duration_ns = 0;
  WarmupEnd ended = WarmupEnd::kNone;
};

/// What a workload times besides its latency, over the measured phase. `name` is a string literal
/// in lower case, of at most 32 characters; a link has at most one of a name.
struct NamedHistogram {
  const char* name;
  SparseHistogram histogram;
};

/// Of a connector: until the handshake is complete.
inline constexpr const char* kHandshakeName = "handshake";

/// What one connection did at this end; mirrors `LinkOutcome` in src/addon/addon.ts.
struct LinkOutcome {
  Role role = Role::kInitiator;
  int pinned_cpu = -1;
  Io end = Io::kOk;
  IoFailure failure;
  /// Where a link can say more than `failure` does.
  std::optional<Fault> fault;
  std::optional<Warmup> warmup;
  std::vector<Mark> marks;
  std::optional<SparseHistogram> latency;
  std::vector<SparseHistogram> interval_latencies;
  /// Empty where there is but the latency, and where no window began.
  std::vector<NamedHistogram> histograms;
  /// Of a connector: how the connections of the measured phase came about.
  std::optional<ConnectCounts> connects;
  double drift_ppm = 0;
  /// All that the link did, warm-up and what came after the measured phase included.
  Counters total;
  /// It had met the end of its window when its loop ended.
  bool is_through = false;
  /// Of its thread, from before its loop to after it.
  std::optional<SchedulingShare> scheduling;
  /// Of its CPU, when the loop had ended.
  std::optional<std::uint64_t> cpu_khz;
  /// Of the sender of a stream: messages handed, each by itself, to the transport's own send
  /// operation, from the beginning to the last mark, warm-up included.
  std::optional<std::uint64_t> send_units;
};

/// What a TLS handshake agreed on, and who did it.
struct TlsSettings {
  std::string library;
  /// At run time; `built_with` is that of the headers, empty where none are needed.
  std::string version;
  std::optional<std::string> built_with;
  std::string protocol;
  std::string cipher;
  std::string group;
  /// The kernel encrypts and decrypts the records, in both directions.
  bool ktls = false;
  /// Why it does not, where it was to; else empty.
  std::string ktls_problem;
};

/// What a QUIC connection was and how it ended up; mirrors `QuicSettings` in src/addon/addon.ts.
struct QuicSettings {
  std::string library;
  std::string version;
  std::optional<std::string> built_with;
  std::uint32_t protocol_version = 0;
  std::string messages;
  unsigned streams = 1;
  /// At the end of a run.
  unsigned udp_payload_bytes = 0;
  /// What the MTU of the local device lets through, of what was asked for; empty: not looked at.
  std::optional<unsigned> local_payload_bytes;
  /// Frames of several messages may go in one packet.
  bool shares_packets = false;
  bool pacing = false;
  bool retry = false;
  /// That this end began.
  std::uint64_t key_updates = 0;
  // Empty where the library does not tell.
  std::optional<std::uint64_t> window_bytes;
  std::optional<unsigned> ack_threshold;
  std::optional<std::string> congestion_control;
  std::optional<std::uint64_t> congestion_window_bytes;
  std::optional<std::uint64_t> smoothed_rtt_ns;
  std::optional<std::uint64_t> min_rtt_ns;
  std::optional<std::uint64_t> rtt_variation_ns;
  /// Over all connections of this end, from the first packet of a handshake to the end of the run.
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t handshake_ns = 0;
  /// Of the run alone, warm-up included; empty before it and where there were none.
  std::optional<double> packets_sent_per_message;
  std::optional<double> packets_received_per_message;
};

/// Granted by the kernel, first connection; empty where it does not apply.
struct EffectiveSettings {
  std::string local_address;
  std::string remote_address;
  std::optional<int> local_port;
  std::optional<int> remote_port;
  std::optional<int> send_buffer_bytes;
  std::optional<int> receive_buffer_bytes;
  std::optional<bool> no_delay;
  std::optional<std::string> congestion_control;
  std::optional<int> dscp;
  std::optional<int> busy_poll_us;
  std::optional<int> max_segment_bytes;
  /// At the end of the run, where there was one.
  std::optional<int> path_mtu_bytes;
  std::optional<bool> gso;
  std::optional<bool> gro;
  /// In front of each message beyond its payload; empty: nothing.
  std::optional<unsigned> header_bytes;
  /// All connections are of Multipath TCP, and did not fall back; empty: not asked for.
  std::optional<bool> multipath;
  /// There was a device for the kernel to poll; empty: not asked for, or not told.
  std::optional<bool> polls_device;
  std::optional<RdmaSettings> rdma;
  std::optional<TlsSettings> tls;
  std::optional<QuicSettings> quic;
};

/// What the kernel says about the TCP connections of one end when a run is over (TCP_INFO, tcp(7));
/// mirrors `TcpStatistics` in src/addon/outcome.ts, which documents the members. Empty where this
/// kernel does not tell, or has nothing to tell yet.
struct TcpStatistics {
  using Count = std::optional<std::uint64_t>;

  unsigned connections = 0;
  Count segments_sent;
  Count segments_received;
  Count segments_retransmitted;
  Count bytes_sent;
  Count bytes_retransmitted;
  Count bytes_received;
  Count duplicates_reported;
  Count reorderings_seen;
  Count congestion_marks;
  Count busy_ns;
  Count receive_window_limited_ns;
  Count send_buffer_limited_ns;
  Count smoothed_rtt_ns;
  Count rtt_variation_ns;
  Count min_rtt_ns;
  Count congestion_window_bytes;
  Count slow_start_threshold_bytes;
  Count delivery_rate_bits_per_sec;
  Count pacing_rate_bits_per_sec;
};

enum class RunStatus { kCompleted, kStopped, kPeerClosed, kFailed };

struct RunOutcome {
  RunStatus status = RunStatus::kCompleted;
  std::optional<Fault> fault;
  ClockSource clock_source = ClockSource::kMonotonicRaw;
  ClockQuality clock_quality;
  std::optional<double> drift_ppm;
  std::vector<LinkOutcome> links;
  std::int64_t softirq_ns = -1;
  EffectiveSettings effective;
  /// Of `tcp` and `tls`, but for a run of connects.
  std::optional<TcpStatistics> tcp;
  /// Connections and datagrams that came to this end, from its opening to the end of the run, and
  /// were none of the peer's. Empty where the peer is of before they were counted.
  std::optional<std::uint64_t> strangers;

  void add_strangers(std::uint64_t more) noexcept {
    if (strangers) *strangers += more;
  }
};

/// The difference of two snapshots, `from` the earlier one.
SparseHistogram subtract(const MarkSeries::Snapshot& from, const MarkSeries::Snapshot& to,
                         const Extremes& extremes);

}  // namespace xr
