#include "transport/endpoint.h"

#include <array>
#include <atomic>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"
#include "transport/socket/blob.h"
#include "transport/took.h"

namespace {

using xr::Direction;
using xr::EndpointSpec;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::RunOutcome;
using xr::RunStatus;
using xr::Side;
using xr::TransportKind;
using xr::WaitPolicy;
using xr::Workload;
using xr::test::kOneLimit;
using xr::test::kTooManyLimits;
using xr::test::run_alone;
using xr::test::spec_for;
using xr::test::took_limits;
using Pair = xr::test::EndpointPair;

template <class Body>
void for_all(const Body& body) {
  for (const auto transport : {
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
       }) {
    for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock}) body(spec_for(transport, wait));
  }
}

/// As `for_all`, and every way that one of them has besides.
template <class Body>
void for_all_ways(const Body& body) {
  for_all(body);
  for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock}) {
    EndpointSpec packets = spec_for(TransportKind::kUnix, wait);
    packets.of<xr::UnixOptions>().type = xr::UnixType::kSeqpacket;
    body(packets);
  }
}

TEST("endpoint: ping-pong over every transport and wait policy gives its samples") {
  for_all_ways([](const EndpointSpec& spec) {
    Pair pair(spec);
    pair.connect();
    const auto [client, server] = pair.run(spec);
    CHECK(client.status == RunStatus::kCompleted);
    CHECK_EQ(client.links.size(), 1u);
    const auto& marks = client.links[0].marks;
    const auto attempts = marks.back().counters.messages + marks.back().counters.lost;
    CHECK_EQ(attempts, 300u);
    CHECK_EQ(client.links[0].latency->totals.count, marks.back().counters.messages);
    CHECK(server.links[0].marks.back().counters.messages >= marks.back().counters.messages);
  });
}

/// Bytes of all links with that role.
std::uint64_t bytes_of(const RunOutcome& outcome, xr::Role role) {
  std::uint64_t bytes = 0;
  for (const auto& link : outcome.links)
    if (link.role == role) bytes += link.marks.back().counters.bytes;
  return bytes;
}

TEST("endpoint: streams in every direction, several at once") {
  for_all_ways([](EndpointSpec spec) {
    spec.workload = Workload::kStream;
    spec.message_bytes = 1000;
    for (const auto direction : {Direction::kUp, Direction::kDown, Direction::kBoth}) {
      spec.stream.direction = direction;
      spec.stream.streams = 2;
      Pair pair(spec);
      pair.connect();
      const auto [client, server] = pair.run(spec);
      for (const RunOutcome* outcome : {&client, &server}) {
        CHECK(outcome->status != RunStatus::kFailed);
        CHECK_EQ(outcome->links.size(), spec.link_count());
        for (const auto& link : outcome->links) {
          if (link.role != xr::Role::kReceiver) continue;
          const auto& end = link.marks.back().counters;
          CHECK(end.messages + end.lost >= 300);
          CHECK_EQ(end.bytes / spec.message_bytes, end.messages);
        }
      }
      for (const auto& [from, to] : {std::pair(&client, &server), std::pair(&server, &client)})
        CHECK(bytes_of(*to, xr::Role::kReceiver) <= bytes_of(*from, xr::Role::kSender));
    }
  });
}

TEST("endpoint: a stop ends a run that waits for ever") {
  for_all_ways([](EndpointSpec spec) {
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    Pair pair(spec);
    pair.connect();
    std::promise<void> running;
    // Nobody sends: the server waits.
    auto serving = std::async(std::launch::async, [&] {
      running.set_value();
      return run_alone(*pair.server, spec);
    });
    running.get_future().wait();
    pair.server->stop();
    CHECK(serving.get().status == RunStatus::kStopped);
  });
}

TEST("endpoint: a stop ends a connect that waits for ever") {
  for_all_ways([](const EndpointSpec& spec) {
    Pair pair(spec);
    const xr::Blob for_server = pair.client->open();
    pair.server->open();
    auto accepted = std::async(std::launch::async, [&] { pair.server->connect(for_server); });
    pair.server->stop();
    std::string code;
    try {
      accepted.get();
    } catch (const xr::Error& error) {
      code = error.fault().code;
    }
    CHECK_EQ(code, "STOPPED");
  });
}

TEST("endpoint: a peer that goes away ends the run") {
  for_all_ways([](EndpointSpec spec) {
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    spec.message_timeout_ns = 20 * kNsPerMs;
    spec.idle_timeout_ns = 200 * kNsPerMs;
    Pair pair(spec);
    pair.connect();
    pair.server->close();
    RunOutcome outcome;
    const double limits = took_limits(spec.idle_timeout_ns,
                                      [&] { outcome = run_alone(*pair.client, spec); });
    CHECK(limits < kTooManyLimits);
    CHECK(outcome.status == RunStatus::kPeerClosed || outcome.status == RunStatus::kFailed);
  });
}

TEST("endpoint: a silent peer is a stall, in bounded time") {
  for_all_ways([](EndpointSpec spec) {
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    spec.message_timeout_ns = 20 * kNsPerMs;
    spec.idle_timeout_ns = 100 * kNsPerMs;
    Pair pair(spec);
    pair.connect();
    RunOutcome outcome;
    const double limits = took_limits(spec.idle_timeout_ns,
                                      [&] { outcome = run_alone(*pair.client, spec); });
    CHECK(limits >= kOneLimit);
    CHECK(limits < kTooManyLimits);
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "STALLED");
  });
}

TEST("endpoint: no bytes of a blob but its own are taken") {
  std::mt19937_64 random(1);
  EndpointSpec spec = spec_for(TransportKind::kTcp, WaitPolicy::kBlock);
  spec.side = Side::kServer;
  const auto server = make_endpoint(spec);
  const xr::Blob good = server->open();
  for (int round = 0; round < 20'000; ++round) {
    xr::Blob bad = good;
    if (round % 2 == 0) bad.resize(random() % 200);
    for (int changes = 0; changes < 3 && !bad.empty(); ++changes)
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    try {
      const auto decoded = xr::decode_blob(bad, TransportKind::kTcp, 1);
      // What still decodes must be a whole blob with an address.
      CHECK_EQ(bad.size(), good.size());
      CHECK_EQ(decoded.addresses.size(), 1u);
    } catch (const xr::Error& error) {
      CHECK_EQ(error.fault().code, "BAD_BLOB");
    }
  }
}

TEST("endpoint: a stranger on the port does not keep the client out") {
  EndpointSpec spec = spec_for(TransportKind::kTcp, WaitPolicy::kBlock);
  Pair pair(spec);
  const xr::Blob for_client = pair.server->open();
  const xr::Blob for_server = pair.client->open();
  xr::Blob stranger_blob = for_client;
  stranger_blob[5] ^= 1;
  spec.side = Side::kClient;
  const auto stranger = make_endpoint(spec);
  stranger->open();
  auto accepted = std::async(std::launch::async, [&] { pair.server->connect(for_server); });
  std::string code;
  try {
    stranger->connect(stranger_blob);
  } catch (const xr::Error& error) {
    code = error.fault().code;
  }
  CHECK_EQ(code, "CONNECT_REFUSED");
  pair.client->connect(for_client);
  accepted.get();
}

}  // namespace
