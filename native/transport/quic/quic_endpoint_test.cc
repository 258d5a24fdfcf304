#include <array>
#include <atomic>
#include <future>

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"

namespace {

using xr::EffectiveSettings;
using xr::EndpointSpec;
using xr::kNsPerSec;
using xr::RunOutcome;
using xr::TransportKind;
using xr::WaitPolicy;
using Pair = xr::test::EndpointPair;

// What ThreadSanitizer would find too.
TEST("quic endpoint: what is in effect is not read from a connection that a thread works with") {
  EndpointSpec spec = xr::test::spec_for(TransportKind::kQuic, WaitPolicy::kSpin);
  spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
  Pair pair(spec);
  pair.connect();
  const EffectiveSettings before = pair.client->effective();
  xr::RunBoard client_board(spec.phases);
  auto serving =
      std::async(std::launch::async, [&] { return xr::test::run_alone(*pair.server, spec); });
  auto running =
      std::async(std::launch::async, [&] { return pair.client->run(client_board, {}); });
  // From before the first message until long after it.
  while (client_board.standing().messages < 3000) {
    const EffectiveSettings now = pair.client->effective();
    CHECK_EQ(now.quic->smoothed_rtt_ns.value(), before.quic->smoothed_rtt_ns.value());
    CHECK_EQ(now.quic->rtt_variation_ns.value(), before.quic->rtt_variation_ns.value());
    CHECK_EQ(now.quic->packets_sent, before.quic->packets_sent);
  }
  pair.client->stop();
  pair.server->stop();
  serving.get();
  const RunOutcome outcome = running.get();
  const EffectiveSettings after = pair.client->effective();
  CHECK_EQ(after.quic->packets_sent, outcome.effective.quic->packets_sent);
  CHECK(after.quic->packets_sent > before.quic->packets_sent);
  pair.client->close();
  std::string code;
  try {
    pair.client->effective();
  } catch (const xr::Error& error) {
    code = error.fault().code;
  }
  CHECK_EQ(code, "STATE");
}

// Nothing is lost on loopback but by the receiver's socket, which has room for a packet or two.
TEST("quic endpoint: messages in packets that the receiver's socket dropped are counted, not packets") {
  EndpointSpec spec = xr::test::spec_for(TransportKind::kQuic, WaitPolicy::kBlock);
  spec.workload = xr::Workload::kStream;
  spec.message_bytes = 100;
  auto& quic = spec.of<xr::QuicOptions>();
  quic.messages = xr::QuicMessages::kDatagram;
  quic.socket.receive_buffer_bytes = 1;
  for (const bool merging : {false, true}) {
    quic.socket.segmentation_offload = merging;
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;
    for (int round = 0; round < 50 && lost == 0; ++round) {
      spec.phases = {0, 0, 3000, kNsPerSec};
      Pair pair(spec);
      pair.connect();
      const auto [client, server] = pair.run(spec);
      if (server.fault) xr::test::fail(__FILE__, __LINE__, server.fault->message);
      const xr::Counters& end = server.links[0].marks.back().counters;
      lost = end.lost;
      packets = server.effective.quic->packets_received;
      CHECK(end.local_drops <= end.lost);
      // Merged, the fullest buffer may not have been among those that came.
      if (!merging) CHECK_EQ(end.local_drops, end.lost);
      CHECK(end.lost == 0 || end.local_drops > 0);
    }
    CHECK(lost > 0);
    CHECK(packets > 0);
  }
}

}  // namespace
