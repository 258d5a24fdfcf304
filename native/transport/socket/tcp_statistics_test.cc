#include "transport/socket/tcp_statistics.h"

#include "test/test.h"
#include "transport/endpoint_pair.h"

namespace {

using xr::Direction;
using xr::EndpointSpec;
using xr::TcpStatistics;
using xr::TransportKind;
using xr::WaitPolicy;
using xr::test::EndpointPair;

TcpStatistics with(std::uint64_t value) {
  TcpStatistics tcp;
  tcp.connections = 1;
  tcp.segments_retransmitted = tcp.bytes_sent = value;
  tcp.smoothed_rtt_ns = tcp.min_rtt_ns = tcp.delivery_rate_bits_per_sec = value;
  return tcp;
}

TEST("tcp statistics: counts are added, estimates are the median of those that send") {
  const auto sum = xr::summarise(
      {{with(10), true}, {with(30), true}, {with(20), true}, {with(1), false}});
  CHECK_EQ(sum->connections, 4u);
  CHECK_EQ(sum->segments_retransmitted.value(), 61u);
  CHECK_EQ(sum->smoothed_rtt_ns.value(), 20u);
  CHECK_EQ(sum->min_rtt_ns.value(), 10u);
  CHECK_EQ(sum->delivery_rate_bits_per_sec.value(), 60u);
  CHECK_EQ(xr::summarise({{with(7), false}})->smoothed_rtt_ns.value(), 7u);
  CHECK(!xr::summarise({}));
}

TEST("tcp statistics: what one connection cannot tell is not made up") {
  TcpStatistics other = with(5);
  other.bytes_sent.reset();
  other.smoothed_rtt_ns.reset();
  other.delivery_rate_bits_per_sec.reset();
  const auto sum = xr::summarise({{with(10), true}, {other, true}});
  CHECK(!sum->bytes_sent);
  CHECK_EQ(sum->smoothed_rtt_ns.value(), 10u);
  CHECK(!sum->delivery_rate_bits_per_sec);
}

TEST("tcp statistics: both ends of a run have those of all their connections") {
  for (const TransportKind transport : {
           TransportKind::kTcp,
#ifdef XRBENCH_TLS
           TransportKind::kTls,
#endif
       }) {
    EndpointSpec spec = xr::test::spec_for(transport, WaitPolicy::kBlock);
    spec.workload = xr::Workload::kStream;
    spec.stream.direction = Direction::kBoth;
    spec.stream.streams = 2;
    spec.message_bytes = 100'000;
    EndpointPair pair(spec);
    pair.connect();
    const auto [client, server] = pair.run(spec);
    for (const xr::RunOutcome* outcome : {&client, &server}) {
      CHECK_EQ(outcome->tcp->connections, 4u);
      CHECK(outcome->tcp->smoothed_rtt_ns.value() > 0);
      CHECK(outcome->tcp->congestion_window_bytes.value() > 0);
      std::uint64_t received = 0;
      for (const auto& link : outcome->links)
        if (link.role == xr::Role::kReceiver) received += link.marks.back().counters.bytes;
      // More than was measured: set-up, warm-up, and what came after the end are in it.
      CHECK(outcome->tcp->bytes_received.value() >= received);
      CHECK(outcome->tcp->bytes_sent.value() >= received / 2);
    }
  }
}

TEST("tcp statistics: there are none of other transports, nor of a run of connects") {
  EndpointSpec spec = xr::test::spec_for(TransportKind::kUdp, WaitPolicy::kBlock);
  EndpointPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run(spec);
  CHECK(!client.tcp && !server.tcp);
  spec = xr::test::spec_for(TransportKind::kTcp, WaitPolicy::kBlock);
  spec.workload = xr::Workload::kConnect;
  spec.phases.iterations = 5;
  EndpointPair connects(spec);
  connects.connect();
  const auto [connector, acceptor] = connects.run(spec);
  CHECK(!connector.tcp && !acceptor.tcp);
}

}  // namespace
