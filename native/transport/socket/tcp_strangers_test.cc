#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <future>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "measure/clock.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"
#include "transport/socket/blob.h"
#include "transport/socket/pinned_blob.h"

// People who connect to a data port and have no business there. Whoever waits for one of them can
// go on when it is closed, so each test looks whether they still are connected when the peer's turn
// has been: then nothing waited for them.

namespace {

using xr::EndpointSpec;
using xr::Side;
using xr::SocketBlob;
using xr::TransportKind;
using xr::UniqueFd;
using xr::WaitPolicy;
using xr::test::EndpointPair;
using xr::test::run_alone;

constexpr std::size_t kTokenAndLinkBytes = xr::kTokenBytes + 2;

std::vector<TransportKind> transports() {
  return {
      TransportKind::kTcp,
#ifdef XRBENCH_TLS
      TransportKind::kTls,
#endif
  };
}

/// Nothing in it ends because a time has passed.
EndpointSpec patient(TransportKind transport, xr::Workload workload,
                     WaitPolicy wait = WaitPolicy::kBlock) {
  EndpointSpec spec = xr::test::spec_for(transport, wait);
  spec.workload = workload;
  spec.connect_timeout_ns = 3600 * xr::kNsPerSec;
  spec.idle_timeout_ns = 3600 * xr::kNsPerSec;
  return spec;
}

SocketBlob read_blob(const xr::Blob& blob, TransportKind transport) {
  return transport == TransportKind::kTls ? xr::decode_pinned_blob(blob, transport, 1).sockets
                                          : xr::decode_blob(blob, transport, 1);
}

/// Connects, and sends the first bytes of a greeting, as many as it has.
UniqueFd stranger(const SocketBlob& where, const std::vector<std::uint8_t>& says = {},
                  const char* from = "127.0.0.1") {
  const xr::SocketAddress& address = where.addresses.front();
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  const xr::SocketAddress own = xr::parse_address(from, 0);
  CHECK(::bind(fd.get(), own.get(), own.length) == 0);
  CHECK(::connect(fd.get(), address.get(), address.length) == 0);
  if (!says.empty())
    CHECK(::send(fd.get(), says.data(), says.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(says.size()));
  return fd;
}

std::vector<UniqueFd> strangers(unsigned count, const SocketBlob& where,
                                const std::vector<std::uint8_t>& says = {}) {
  std::vector<UniqueFd> all;
  for (unsigned i = 0; i < count; ++i) all.push_back(stranger(where, says));
  return all;
}

bool is_connected(const UniqueFd& fd) {
  std::uint8_t byte = 0;
  return ::recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

std::size_t count_connected(const std::vector<UniqueFd>& all) {
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), is_connected));
}

std::vector<std::uint8_t> greeting(const SocketBlob& where, unsigned link) {
  std::vector<std::uint8_t> bytes(where.token.begin(), where.token.end());
  bytes.push_back(static_cast<std::uint8_t>(link >> 8));
  bytes.push_back(static_cast<std::uint8_t>(link & 0xff));
  return bytes;
}

std::vector<std::uint8_t> half_of(std::vector<std::uint8_t> bytes) {
  bytes.resize(bytes.size() / 2);
  return bytes;
}

/// Waits for the server's answer to a greeting.
void await_welcome(const UniqueFd& fd) {
  std::uint8_t answer = 0;
  CHECK_EQ(::recv(fd.get(), &answer, 1, 0), 1);
}

/// A server whose clients the test plays, with `links` connections to be made.
struct Server {
  explicit Server(unsigned links, WaitPolicy wait = WaitPolicy::kBlock) {
    EndpointSpec spec = patient(TransportKind::kTcp, xr::Workload::kStream, wait);
    spec.stream.streams = links;
    spec.side = Side::kServer;
    endpoint = xr::make_endpoint(spec);
    where = read_blob(endpoint->open(), TransportKind::kTcp);
    spec.side = Side::kClient;
    const xr::Blob nobody = xr::make_endpoint(spec)->open();
    accepting = std::async(std::launch::async, [this, nobody] { endpoint->connect(nobody); });
  }
  ~Server() {
    endpoint->stop();
    if (accepting.valid()) accepting.wait();
  }

  std::unique_ptr<xr::Endpoint> endpoint;
  SocketBlob where;
  std::future<void> accepting;
};

TEST("strangers: silent ones keep no connection of a stream waiting") {
  for (const WaitPolicy wait : {WaitPolicy::kBlock, WaitPolicy::kSpin}) {
    for (const unsigned count : {1u, 5u, 40u}) {
      Server server(2, wait);
      const auto silent = strangers(count, server.where);
      const UniqueFd first = stranger(server.where, greeting(server.where, 0));
      await_welcome(first);
      CHECK_EQ(count_connected(silent), count);
      const auto more = strangers(1, server.where);
      const UniqueFd second = stranger(server.where, greeting(server.where, 1));
      await_welcome(second);
      server.accepting.get();
    }
  }
}

TEST("strangers: one with half a greeting keeps nobody waiting, and may bring the other half late") {
  Server server(3);
  const auto whole = greeting(server.where, 0);
  const auto half = half_of(whole);
  const UniqueFd slow = stranger(server.where, half);
  const auto stuck = strangers(5, server.where, half);
  const UniqueFd other = stranger(server.where, greeting(server.where, 1));
  await_welcome(other);
  CHECK_EQ(count_connected(stuck), 5u);
  // More than there is place for, none of whom has said a thing.
  const auto silent = strangers(200, server.where);
  const UniqueFd last = stranger(server.where, greeting(server.where, 2));
  await_welcome(last);
  CHECK(::send(slow.get(), whole.data() + half.size(), whole.size() - half.size(), MSG_NOSIGNAL) >
        0);
  await_welcome(slow);
  server.accepting.get();
}

TEST("strangers: where there are too many, the oldest has to go") {
  Server server(2);
  const auto silent = strangers(300, server.where);
  const UniqueFd first = stranger(server.where, greeting(server.where, 0));
  await_welcome(first);
  CHECK(!is_connected(silent.front()));
  CHECK(is_connected(silent.back()));
  CHECK(count_connected(silent) <= 64);
  const UniqueFd second = stranger(server.where, greeting(server.where, 1));
  await_welcome(second);
  server.accepting.get();
}

TEST("strangers: what cannot become a greeting is shown out at once") {
  Server server(1);
  auto wrong = greeting(server.where, 0);
  wrong.front() = static_cast<std::uint8_t>(~wrong.front());
  wrong.resize(4);
  const UniqueFd liar = stranger(server.where, wrong);
  const UniqueFd unknown = stranger(server.where, greeting(server.where, 7));
  std::uint8_t byte = 0;
  CHECK(::recv(liar.get(), &byte, 1, 0) <= 0);
  CHECK(::recv(unknown.get(), &byte, 1, 0) <= 0);
  const UniqueFd peer = stranger(server.where, greeting(server.where, 0));
  await_welcome(peer);
  server.accepting.get();
}

TEST("strangers: another host gets nowhere, not even with the token, and all are counted") {
  EndpointSpec spec = patient(TransportKind::kTcp, xr::Workload::kPingPong);
  spec.peer_address = "127.0.0.1";
  spec.phases.iterations = 5;
  EndpointPair pair(spec);
  const xr::Blob for_client = pair.server->open();
  const SocketBlob where = read_blob(for_client, TransportKind::kTcp);
  const xr::Blob for_server = pair.client->open();
  auto accepted = std::async(std::launch::async, [&] { pair.server->connect(for_server); });
  const UniqueFd elsewhere = stranger(where, greeting(where, 0), "127.0.0.2");
  std::uint8_t byte = 0;
  CHECK(::recv(elsewhere.get(), &byte, 1, 0) <= 0);
  const auto silent = strangers(2, where);
  pair.client->connect(for_client);
  accepted.get();
  const auto [client, server] = pair.run(spec);
  CHECK(client.status == xr::RunStatus::kCompleted);
  CHECK_EQ(client.strangers.value(), 0u);
  CHECK_EQ(server.strangers.value(), 3u);
}

TEST("strangers: where the other end is of before they were counted, nobody is told of them") {
  EndpointSpec spec = patient(TransportKind::kTcp, xr::Workload::kPingPong);
  spec.guarded = false;
  EndpointPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run(spec);
  CHECK(!client.strangers && !server.strangers);
}

TEST("strangers: no sample of a run of connects waits for them") {
  for (const TransportKind transport : transports()) {
    for (const WaitPolicy wait : {WaitPolicy::kBlock, WaitPolicy::kSpin}) {
      for (const unsigned count : {1u, 5u, 40u}) {
        EndpointSpec spec = patient(transport, xr::Workload::kConnect, wait);
        spec.phases.iterations = 20;
        EndpointPair pair(spec);
        const xr::Blob for_client = pair.server->open();
        const SocketBlob where = read_blob(for_client, transport);
        const auto early = strangers(count, where);
        const xr::Blob for_server = pair.client->open();
        auto accepted =
            std::async(std::launch::async, [&] { pair.server->connect(for_server); });
        pair.client->connect(for_client);
        accepted.get();
        CHECK_EQ(count_connected(early), count);
        const auto silent = strangers(1, where);
        const auto half = strangers(1, where, half_of(greeting(where, 0)));
        const auto [client, server] = pair.run(spec);
        CHECK(client.status == xr::RunStatus::kCompleted);
        CHECK_EQ(client.links.at(0).latency->totals.count, 20u);
        CHECK_EQ(count_connected(early), count);
        CHECK_EQ(count_connected(silent), 1u);
        CHECK_EQ(count_connected(half), 1u);
      }
    }
  }
}

TEST("strangers: a server without its client stalls, however many of them come and go") {
  for (const TransportKind transport : transports()) {
    EndpointSpec spec = xr::test::spec_for(transport, WaitPolicy::kBlock);
    spec.workload = xr::Workload::kConnect;
    spec.idle_timeout_ns = 500 * xr::kNsPerMs;
    EndpointPair pair(spec);
    const xr::Blob for_client = pair.server->open();
    const SocketBlob where = read_blob(for_client, transport);
    const xr::Blob for_server = pair.client->open();
    auto accepted = std::async(std::launch::async, [&] { pair.server->connect(for_server); });
    pair.client->connect(for_client);
    accepted.get();
    std::atomic<bool> over{false};
    auto coming = std::async(std::launch::async, [&] {
      // More than is read of it: closed with a reset, a connection leaves no port occupied.
      const std::vector<std::uint8_t> nonsense(2 * kTokenAndLinkBytes, 0);
      const std::uint64_t limit_ns = xr::monotonic_raw_ns() + 30 * xr::kNsPerSec;
      while (!over.load() && xr::monotonic_raw_ns() < limit_ns) {
        const UniqueFd next = stranger(where, nonsense);
        // The endpoint is closed only when nobody comes any more.
        while (is_connected(next) && !over.load()) std::this_thread::yield();
      }
      return over.load();
    });
    const xr::RunOutcome outcome = run_alone(*pair.server, spec);
    over.store(true);
    CHECK(coming.get());
    CHECK(outcome.status == xr::RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "STALLED");
  }
}

}  // namespace
