#include <dirent.h>
#include <malloc.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "measure/clock.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"
#include "transport/took.h"

namespace {

using xr::EndpointSpec;
using xr::RunOutcome;
using xr::RunStatus;
using xr::TlsHandshake;
using xr::TransportKind;
using xr::WaitPolicy;
using xr::test::EndpointPair;
using xr::test::kOneLimit;
using xr::test::kTooManyLimits;
using xr::test::run_alone;
using xr::test::took_limits;

std::vector<TransportKind> transports() {
  return {
      TransportKind::kTcp,
#ifdef XRBENCH_TLS
      TransportKind::kTls,
#endif
#ifdef XRBENCH_QUIC
      TransportKind::kQuic,
#endif
  };
}

EndpointSpec connects_over(TransportKind transport, TlsHandshake handshake, WaitPolicy wait) {
  EndpointSpec spec = xr::test::spec_for(transport, wait);
  spec.workload = xr::Workload::kConnect;
  if (auto* tls = std::get_if<xr::TlsOptions>(&spec.options)) tls->handshake = handshake;
  if (auto* quic = std::get_if<xr::QuicOptions>(&spec.options)) quic->handshake = handshake;
  spec.phases.iterations = 20;
  return spec;
}

TlsHandshake handshake_of(const EndpointSpec& spec) {
  if (const auto* tls = std::get_if<xr::TlsOptions>(&spec.options)) return tls->handshake;
  const auto* quic = std::get_if<xr::QuicOptions>(&spec.options);
  return quic != nullptr ? quic->handshake : TlsHandshake::kFull;
}

/// Every way to connect that there is.
template <class Body>
void for_all(const Body& body) {
  for (const TransportKind transport : transports()) {
    for (const auto handshake :
         {TlsHandshake::kFull, TlsHandshake::kResumed, TlsHandshake::kEarlyData}) {
      if (transport == TransportKind::kTcp && handshake != TlsHandshake::kFull) continue;
      if (transport == TransportKind::kTls && handshake == TlsHandshake::kEarlyData) continue;
      for (const auto wait : {WaitPolicy::kBlock, WaitPolicy::kSpin})
        body(connects_over(transport, handshake, wait));
    }
  }
}

void check(const EndpointSpec& spec, const RunOutcome& client, const RunOutcome& server) {
  const std::uint64_t count = spec.phases.iterations;
  if (client.fault) xr::test::fail(__FILE__, __LINE__, client.fault->message);
  if (server.fault) xr::test::fail(__FILE__, __LINE__, server.fault->message);
  CHECK(client.status == RunStatus::kCompleted);
  CHECK(server.status != RunStatus::kFailed);
  const auto& link = client.links.at(0);
  CHECK_EQ(link.latency->totals.count, count);
  CHECK_EQ(link.histograms.size(), 1u);
  CHECK_EQ(std::string(link.histograms.front().name), "handshake");
  const xr::SparseHistogram& handshake = link.histograms.front().histogram;
  CHECK_EQ(handshake.totals.count, count);
  CHECK(handshake.totals.sum_ns < link.latency->totals.sum_ns);
  CHECK(handshake.extremes.min_ns > 0);
  CHECK_EQ(link.connects->made, count);
  const TlsHandshake asked = handshake_of(spec);
  const bool resumes = asked != TlsHandshake::kFull;
  CHECK_EQ(link.connects->resumed, resumes ? count : 0u);
  CHECK_EQ(link.connects->early_data, asked == TlsHandshake::kEarlyData ? count : 0u);
  CHECK(server.links.at(0).marks.back().counters.messages >= count);
}

TEST("connect: each operation is a connection of its own, by every handshake there is") {
  for_all([](const EndpointSpec& spec) {
    EndpointPair pair(spec);
    pair.connect();
    const auto [client, server] = pair.run(spec);
    check(spec, client, server);
  });
}

TEST("connect: messages of many packets, and of one byte") {
  for_all([](EndpointSpec spec) {
    spec.phases.iterations = 3;
    for (const std::uint64_t bytes : {1u, 1400u, 20'000u, 300'000u}) {
      spec.message_bytes = bytes;
      EndpointPair pair(spec);
      pair.connect();
      const auto [client, server] = pair.run(spec);
      check(spec, client, server);
    }
  });
}

#ifdef XRBENCH_QUIC
TEST("connect: every QUIC client has to show its address first, where a Retry is asked for") {
  for (const auto handshake :
       {TlsHandshake::kFull, TlsHandshake::kResumed, TlsHandshake::kEarlyData}) {
    EndpointSpec spec = connects_over(TransportKind::kQuic, handshake, WaitPolicy::kBlock);
    spec.of<xr::QuicOptions>().retry = true;
    EndpointPair pair(spec);
    pair.connect();
    const auto [client, server] = pair.run(spec);
    check(spec, client, server);
  }
}
#endif

TEST("connect: a stop ends either end soon") {
  for_all([](EndpointSpec spec) {
    spec.phases = {0, 3600 * xr::kNsPerSec, 0, xr::kNsPerSec};
    for (const bool of_client : {true, false}) {
      EndpointPair pair(spec);
      pair.connect();
      std::atomic<bool> over{false};
      xr::RunBoard server_board(spec.phases);
      xr::RunBoard client_board(spec.phases);
      auto serving =
          std::async(std::launch::async, [&] { return pair.server->run(server_board, {}); });
      auto running =
          std::async(std::launch::async, [&] { return pair.client->run(client_board, {}); });
      while (client_board.standing().messages < 3) std::this_thread::yield();
      (of_client ? pair.client : pair.server)->stop();
      const RunOutcome stopped = of_client ? running.get() : serving.get();
      CHECK(stopped.status == RunStatus::kStopped);
      (of_client ? pair.server : pair.client)->stop();
      (of_client ? serving : running).wait();
    }
  });
}

TEST("connect: a server that is gone ends the run, in bounded time") {
  for_all([](EndpointSpec spec) {
    spec.idle_timeout_ns = 300 * xr::kNsPerMs;
    EndpointPair pair(spec);
    pair.connect();
    pair.server->close();
    RunOutcome outcome;
    CHECK(took_limits(spec.idle_timeout_ns, [&] { outcome = run_alone(*pair.client, spec); }) <
          kTooManyLimits);
    CHECK(outcome.status == RunStatus::kPeerClosed || outcome.status == RunStatus::kFailed);
  });
}

TEST("connect: a server without clients stalls, in bounded time") {
  for_all([](EndpointSpec spec) {
    spec.idle_timeout_ns = 200 * xr::kNsPerMs;
    EndpointPair pair(spec);
    pair.connect();
    RunOutcome outcome;
    const double limits = took_limits(spec.idle_timeout_ns,
                                      [&] { outcome = run_alone(*pair.server, spec); });
    CHECK(limits >= kOneLimit);
    CHECK(limits < kTooManyLimits);
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "STALLED");
  });
}

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  DIR* dir = ::opendir(folder);
  while (::readdir(dir) != nullptr) ++count;
  ::closedir(dir);
  return count;
}

TEST("connect: a thousand connections leave no descriptor, thread or memory behind") {
  for_all([](EndpointSpec spec) {
    if (spec.wait == WaitPolicy::kSpin) return;
    EndpointPair pair(spec);
    pair.connect();
    const auto many = [&](std::uint64_t count) {
      EndpointSpec one = spec;
      one.phases.iterations = count;
      EndpointPair again(one);
      again.connect();
      const auto [client, server] = again.run(one);
      check(one, client, server);
    };
    many(20);
    const auto descriptors = entries("/proc/self/fd");
    const auto threads = entries("/proc/self/task");
    const auto memory = mallinfo2().uordblks;
    many(1000);
    CHECK_EQ(entries("/proc/self/fd"), descriptors);
    // One that was joined is listed until the kernel has let it go.
    const std::uint64_t limit_ns = xr::monotonic_raw_ns() + 10 * xr::kNsPerSec;
    while (entries("/proc/self/task") > threads && xr::monotonic_raw_ns() < limit_ns)
      std::this_thread::yield();
    CHECK(entries("/proc/self/task") <= threads);
    CHECK(mallinfo2().uordblks < memory + 256 * 1024);
  });
}

}  // namespace
