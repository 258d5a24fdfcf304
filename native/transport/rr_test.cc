#include <algorithm>
#include <future>
#include <string>
#include <vector>

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint.h"
#include "transport/endpoint_pair.h"
#include "transport/quic_openssl/openssl_api.h"
#include "workload/message_head.h"

namespace {

using xr::EndpointSpec;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::QuicMessages;
using xr::RunOutcome;
using xr::RunStatus;
using xr::TransportKind;
using xr::WaitPolicy;
using xr::Workload;
using xr::test::run_alone;
using Pair = xr::test::EndpointPair;

/// Each transport that has a message link; in a process of Node.js (binding/test_module.cc) the one
/// that is nowhere else.
std::vector<TransportKind> transports() {
  if (xr::ossl::find_openssl().api != nullptr) return {TransportKind::kQuicOpenssl};
  return {
      TransportKind::kLoopback,
      TransportKind::kTcp,
      TransportKind::kUdp,
      TransportKind::kUnix,
      TransportKind::kShm,
#ifdef XRBENCH_TLS
      TransportKind::kTls,
#endif
#ifdef XRBENCH_QUIC
      TransportKind::kQuic,
#endif
  };
}

/// Sleeping and spinning.
template <class Body>
void for_all(const Body& body) {
  for (const TransportKind transport : transports()) {
    for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock}) {
      EndpointSpec spec = xr::test::spec_for(transport, wait);
      spec.workload = Workload::kRr;
      body(spec);
      if (transport == TransportKind::kUnix) {
        spec.of<xr::UnixOptions>().type = xr::UnixType::kSeqpacket;
        body(spec);
      }
      if (transport != TransportKind::kQuic) continue;
      for (const auto messages : {QuicMessages::kStreamEach, QuicMessages::kDatagram}) {
        spec.of<xr::QuicOptions>().messages = messages;
        body(spec);
      }
    }
  }
}

bool is_lossy(const EndpointSpec& spec) {
  const auto* quic = std::get_if<xr::QuicOptions>(&spec.options);
  return quic != nullptr ? quic->in_datagrams() : spec.transport() == TransportKind::kUdp;
}

/// Of a message that is one packet, head included.
bool fits(const EndpointSpec& spec, std::uint64_t bytes) {
  const auto* local = std::get_if<xr::UnixOptions>(&spec.options);
  return local == nullptr || local->type == xr::UnixType::kStream || bytes < 200'000;
}

TEST("rr: requests and answers of other sizes, one under way and many") {
  for_all([](EndpointSpec spec) {
    spec.verify = true;
    struct Sizes {
      std::uint64_t request;
      std::uint64_t response;
    };
    for (const auto& [request, response] :
         {Sizes{64, 64}, Sizes{1, 1024}, Sizes{100'000, 1}, Sizes{200'000, 300'000}}) {
      for (const unsigned inflight : {1u, 4u, 300u}) {
        // What is under way has room in the buffer of a socket: there nothing is lost.
        if (!fits(spec, std::max(request, response))) continue;
        if (is_lossy(spec) && inflight * (std::max(request, response) + 1000) > 60'000) continue;
        spec.message_bytes = request;
        spec.rr.response_bytes = response;
        spec.rr.inflight = inflight;
        const std::uint64_t count = std::max(request, response) > 10'000 ? 12 : 320;
        spec.phases.iterations = count;
        Pair pair(spec);
        pair.connect();
        const auto [client, server] = pair.run(spec);
        if (client.fault) xr::test::fail(__FILE__, __LINE__, client.fault->message);
        CHECK(client.status == RunStatus::kCompleted);
        const auto& end = client.links[0].marks.back().counters;
        CHECK_EQ(end.messages + end.lost, count);
        CHECK_EQ(end.bytes, end.messages * response);
        CHECK_EQ(client.links[0].latency->totals.count, end.messages);
        const auto& asked = server.links[0].total;
        CHECK(asked.messages >= end.messages);
        CHECK_EQ(asked.bytes, asked.messages * request);
        CHECK(client.effective.header_bytes.value_or(0) >= xr::kMessageHeadBytes);
      }
    }
  });
}

TEST("rr: a stop ends either end, whatever it waits for") {
  for_all([](EndpointSpec spec) {
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    for (const auto side : {xr::Side::kClient, xr::Side::kServer}) {
      // The other end does nothing: an initiator waits for answers, or, of large messages, for
      // room.
      for (const std::uint64_t bytes : {64u, 10'000'000u}) {
        if (!fits(spec, bytes)) continue;
        spec.message_bytes = spec.rr.response_bytes = bytes;
        spec.rr.inflight = 2;
        Pair pair(spec);
        pair.connect();
        xr::Endpoint& end = side == xr::Side::kClient ? *pair.client : *pair.server;
        std::promise<void> running;
        auto run = std::async(std::launch::async, [&] {
          running.set_value();
          return run_alone(end, spec);
        });
        running.get_future().wait();
        end.stop();
        CHECK(run.get().status == RunStatus::kStopped);
      }
    }
  });
}

TEST("rr: a peer that goes ends the run, and a silent one is a stall") {
  for_all([](EndpointSpec spec) {
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    spec.message_timeout_ns = 20 * kNsPerMs;
    spec.idle_timeout_ns = 200 * kNsPerMs;
    spec.rr.inflight = 3;
    {
      Pair pair(spec);
      pair.connect();
      const RunOutcome outcome = run_alone(*pair.client, spec);
      CHECK(outcome.status == RunStatus::kFailed);
      CHECK_EQ(outcome.fault->code, "STALLED");
    }
    Pair pair(spec);
    pair.connect();
    pair.server->close();
    const RunOutcome outcome = run_alone(*pair.client, spec);
    CHECK(outcome.status == RunStatus::kPeerClosed || outcome.status == RunStatus::kFailed);
  });
}

TEST("rr: an answer that is longer than agreed is not given, and one of another length no answer") {
  for_all([](EndpointSpec spec) {
    for (const std::uint64_t wanted : {100u, 300u}) {
      spec.message_bytes = 400;
      spec.rr.response_bytes = 200;
      // Where the end of the other is not told, the client finds out by itself.
      spec.message_timeout_ns = 20 * kNsPerMs;
      spec.idle_timeout_ns = 500 * kNsPerMs;
      spec.side = xr::Side::kServer;
      const auto server = xr::make_endpoint(spec);
      spec.side = xr::Side::kClient;
      spec.rr.response_bytes = wanted;
      const auto client = xr::make_endpoint(spec);
      const xr::Blob for_client = server->open();
      const xr::Blob for_server = client->open();
      auto accepted = std::async(std::launch::async, [&] { server->connect(for_server); });
      client->connect(for_client);
      accepted.get();
      auto serving = std::async(std::launch::async, [&] { return run_alone(*server, spec); });
      const RunOutcome asked = run_alone(*client, spec);
      server->stop();
      const RunOutcome answered = serving.get();
      if (wanted < 200) {
        CHECK(asked.status == RunStatus::kCompleted);
        continue;
      }
      CHECK(answered.status == RunStatus::kFailed);
      CHECK_EQ(answered.fault->code, "BAD_MESSAGE");
    }
  });
}

TEST("rr: a spec that would break the loop is refused") {
  EndpointSpec good = xr::test::spec_for(TransportKind::kTcp, WaitPolicy::kBlock);
  good.workload = Workload::kRr;
  std::vector<EndpointSpec> bad(4, good);
  bad[0].rr.response_bytes = 0;
  bad[1].rr.response_bytes = (std::uint64_t{64} << 20) + 1;
  bad[2].rr.inflight = 0;
  bad[3].rr.inflight = xr::kMostInflight + 1;
  for (const EndpointSpec& spec : bad) {
    std::string code;
    try {
      xr::make_endpoint(spec);
    } catch (const xr::Error& error) {
      code = error.fault().code;
    }
    CHECK_EQ(code, "BAD_SPEC");
  }
}

}  // namespace
