#include "transport/quic/perf/perf_server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "base/units.h"
#include "test/test.h"
#include "transport/quic/perf/perf_client.h"
#include "transport/socket/address.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;

using Bytes = std::vector<std::uint8_t>;

xr::PerfServerSpec server_spec() {
  xr::PerfServerSpec spec;
  spec.address = "127.0.0.1";
  spec.idle_timeout_ns = 30 * kNsPerSec;
  return spec;
}

/// A server that runs on a thread of its own until it goes out of scope.
class Running {
 public:
  explicit Running(const xr::PerfServerSpec& spec = server_spec())
      : server(xr::PerfServer::listen(spec)), thread_([this] { totals = server->run(); }) {}
  ~Running() { end(); }

  const xr::PerfServerTotals& end() {
    server->stop();
    if (thread_.joinable()) thread_.join();
    return totals;
  }

  std::shared_ptr<xr::PerfServer> server;
  xr::PerfServerTotals totals;

 private:
  std::thread thread_;
};

xr::RunOutcome ask(const Running& running, std::uint64_t request_bytes,
                   std::uint64_t response_bytes, unsigned concurrency, std::uint64_t count,
                   xr::WaitPolicy wait = xr::WaitPolicy::kBlock) {
  xr::EndpointSpec spec;
  spec.options = xr::QuicOptions{};
  spec.wait = wait;
  spec.phases.iterations = count;
  if (count == 0) spec.phases.duration_ns = 200 * kNsPerMs;
  spec.message_timeout_ns = kNsPerSec;
  spec.idle_timeout_ns = 10 * kNsPerSec;
  spec.connect_timeout_ns = 10 * kNsPerSec;
  xr::PerfRequests requests;
  requests.address = "127.0.0.1";
  requests.port = running.server->port();
  requests.pin = running.server->pin();
  requests.request_bytes = request_bytes;
  requests.response_bytes = response_bytes;
  requests.concurrency = concurrency;
  const auto client = xr::PerfClient::make(spec, requests);
  client->connect();
  xr::RunBoard board(spec.phases);
  return client->run(board);
}

void check_answered(const xr::RunOutcome& outcome, std::uint64_t count) {
  if (outcome.fault) throw std::runtime_error(outcome.fault->message);
  CHECK(outcome.status == xr::RunStatus::kCompleted);
  CHECK_EQ(outcome.links.front().marks.back().counters.messages, count);
  CHECK(outcome.links.front().latency.has_value());
  CHECK_EQ(outcome.links.front().latency->totals.count, count);
}

/// A connected socket of a stranger.
xr::UniqueFd stranger(const Running& running) {
  const xr::SocketAddress to = xr::parse_address("127.0.0.1", running.server->port());
  xr::UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  CHECK_EQ(::connect(fd.get(), to.get(), to.length), 0);
  return fd;
}

/// What comes back within a moment; empty when nothing does.
Bytes answer_to(const xr::UniqueFd& fd, const Bytes& packet, int limit_ms = 2000) {
  CHECK_EQ(::send(fd.get(), packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
  pollfd watched{fd.get(), POLLIN, 0};
  if (::poll(&watched, 1, limit_ms) <= 0) return {};
  Bytes answer(65'536);
  const ssize_t got = ::recv(fd.get(), answer.data(), answer.size(), 0);
  answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return answer;
}

/// A true client's first packet, caught on its way.
Bytes first_packet() {
  const xr::SocketAddress any = xr::parse_address("127.0.0.1", 0);
  xr::UniqueFd trap(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  CHECK_EQ(::bind(trap.get(), any.get(), any.length), 0);
  xr::EndpointSpec spec;
  spec.options = xr::QuicOptions{};
  spec.phases.iterations = 1;
  spec.message_timeout_ns = spec.idle_timeout_ns = kNsPerSec;
  spec.connect_timeout_ns = 50 * kNsPerMs;
  xr::PerfRequests requests;
  requests.address = "127.0.0.1";
  requests.port = xr::local_address_of(trap.get()).port();
  try {
    xr::PerfClient::make(spec, requests)->connect();
  } catch (const xr::Error&) {
    // Nobody answers.
  }
  Bytes packet(65'536);
  const ssize_t got = ::recv(trap.get(), packet.data(), packet.size(), MSG_DONTWAIT);
  CHECK(got >= 1200);
  packet.resize(static_cast<std::size_t>(got));
  return packet;
}

/// A long header of `version` with two connection IDs of 8 bytes, filled up to `size`.
Bytes long_header(std::uint32_t version, std::size_t size) {
  Bytes packet(size, 0);
  packet[0] = 0xc3;
  for (unsigned i = 0; i < 4; ++i)
    packet[1 + i] = static_cast<std::uint8_t>(version >> (24 - 8 * i));
  packet[5] = 8;
  std::fill_n(packet.begin() + 6, 8, std::uint8_t{0xdd});
  packet[14] = 8;
  std::fill_n(packet.begin() + 15, 8, std::uint8_t{0x55});
  return packet;
}

TEST("perf server: our client is answered, whatever the sizes and however many at once") {
  Running running;
  check_answered(ask(running, 8, 0, 1, 200), 200);
  check_answered(ask(running, 64, 64, 1, 200), 200);
  check_answered(ask(running, 64, 64, 1, 200, xr::WaitPolicy::kSpin), 200);
  check_answered(ask(running, 5000, 100'000, 4, 100), 100);
  check_answered(ask(running, 64, 64, 1000, 5000), 5000);
  check_answered(ask(running, 20'000'000, 0, 1, 1), 1);
  check_answered(ask(running, 8, 20'000'000, 1, 1), 1);
  const auto& totals = running.end();
  CHECK_EQ(totals.connections, 7u);
  // The first of the last of them may have been asked when the count was reached.
  CHECK(totals.streams.requests >= 200 * 3 + 100 + 5000 + 2);
  CHECK_EQ(totals.streams.refused_requests, 0u);
}

TEST("perf server: endless answers end when the client has measured") {
  Running running;
  const xr::RunOutcome outcome = ask(running, 8, xr::kPerfUntilStopped, 3, 0);
  CHECK(!outcome.fault);
  CHECK(outcome.links.front().marks.back().counters.bytes > 100'000);
  check_answered(ask(running, 8, 8, 1, 10), 10);
}

TEST("perf server: clients beyond the limit are refused at once") {
  xr::PerfServerSpec spec = server_spec();
  spec.connections = 0;
  Running running(spec);
  bool refused = false;
  try {
    ask(running, 8, 0, 1, 1);
  } catch (const xr::Error& error) {
    refused = error.fault().code == "CONNECT_REFUSED";
  }
  CHECK(refused);
  CHECK(running.end().refused_connections > 0);
}

TEST("perf server: another certificate than the pinned one is no server") {
  Running running;
  Running other;
  xr::EndpointSpec spec;
  spec.options = xr::QuicOptions{};
  spec.phases.iterations = 1;
  spec.message_timeout_ns = spec.idle_timeout_ns = spec.connect_timeout_ns = 5 * kNsPerSec;
  xr::PerfRequests requests;
  requests.address = "127.0.0.1";
  requests.port = running.server->port();
  requests.pin = other.server->pin();
  std::string code;
  try {
    xr::PerfClient::make(spec, requests)->connect();
  } catch (const xr::Error& error) {
    code = error.fault().code;
  }
  CHECK_EQ(code, "TLS_PIN");
}

TEST("perf server: an unknown version is answered with ours, if the packet is large enough") {
  Running running;
  const auto fd = stranger(running);
  const Bytes answer = answer_to(fd, long_header(0x1a2a3a4a, 1200));
  CHECK(answer.size() == 27);
  // Version 0, and the IDs the other way round.
  CHECK_EQ(answer[1] | answer[2] | answer[3] | answer[4], 0);
  CHECK_EQ(answer[6], 0x55);
  CHECK_EQ(answer[15], 0xdd);
  CHECK_EQ(answer[26], 1);
  CHECK(answer_to(fd, long_header(0x1a2a3a4a, 1199), 50).empty());
  CHECK(answer_to(fd, long_header(0, 1200), 50).empty());
  CHECK_EQ(running.end().version_negotiations, 1u);
}

TEST("perf server: packets of no connection are reset, by fewer bytes than they have") {
  Running running;
  const auto fd = stranger(running);
  for (const std::size_t size : {1200u, 60u, 43u, 30u, 23u}) {
    Bytes packet(size, 0x41);
    const Bytes answer = answer_to(fd, packet);
    CHECK(answer.size() >= 21);
    CHECK(answer.size() < size);
    CHECK_EQ(answer[0] & 0xc0, 0x40);
  }
  CHECK(answer_to(fd, Bytes(21, 0x41), 50).empty());
  // The token is the ID's: the same every time, at the end.
  const Bytes one = answer_to(fd, Bytes(100, 0x41));
  const Bytes two = answer_to(fd, Bytes(100, 0x41));
  CHECK(std::equal(one.end() - 16, one.end(), two.end() - 16));
}

xr::PerfServerSpec retrying_spec() {
  xr::PerfServerSpec spec = server_spec();
  spec.quic.retry = true;
  return spec;
}

TEST("perf server: with Retry a client shows that its address is its own, and is answered") {
  Running running(retrying_spec());
  check_answered(ask(running, 64, 20'000, 2, 10), 10);
  check_answered(ask(running, 8, 0, 1, 1), 1);
  const xr::PerfServerTotals& totals = running.end();
  // A client that waits long repeats its first packet, and is asked back again.
  CHECK(totals.retries >= 2);
  CHECK_EQ(totals.connections, 2u);
  CHECK_EQ(totals.refused_connections, 0u);
}

TEST("perf server: with Retry a stranger costs it one small packet, and no connection") {
  Running running(retrying_spec());
  const auto fd = stranger(running);
  const Bytes first = first_packet();
  const Bytes answer = answer_to(fd, first);
  CHECK(answer.size() > 20);
  CHECK(answer.size() < 300);
  CHECK_EQ(answer[0] & 0xf0, 0xf0);
  pollfd watched{fd.get(), POLLIN, 0};
  CHECK_EQ(::poll(&watched, 1, 1200), 0);
  const xr::PerfServerTotals& totals = running.end();
  CHECK_EQ(totals.retries, 1u);
  CHECK_EQ(totals.connections, 0u);
}

TEST("perf server: the token of a Retry is good for one address only") {
  Running running(retrying_spec());
  const auto fd = stranger(running);
  const Bytes retry = answer_to(fd, first_packet());
  // Version, the client's ID, the server's; the last 16 bytes are the integrity tag.
  const std::size_t token_at = 7u + retry[5] + retry[6u + retry[5]];
  CHECK(retry.size() > token_at + 16);
  const Bytes token(retry.begin() + static_cast<std::ptrdiff_t>(token_at), retry.end() - 16);
  const std::size_t scid_at = 7u + retry[5];
  Bytes second{0xc3, 0, 0, 0, 1, retry[6u + retry[5]]};
  second.insert(second.end(), retry.begin() + static_cast<std::ptrdiff_t>(scid_at),
                retry.begin() + static_cast<std::ptrdiff_t>(token_at));
  second.push_back(0);
  second.push_back(static_cast<std::uint8_t>(0x40 | token.size() >> 8));
  second.push_back(static_cast<std::uint8_t>(token.size()));
  second.insert(second.end(), token.begin(), token.end());
  second.insert(second.end(), {0x44, 0x00});
  second.resize(1252, 0x41);
  const auto elsewhere = stranger(running);
  const Bytes refused = answer_to(elsewhere, second);
  CHECK(!refused.empty());
  // An Initial, which closes.
  CHECK_EQ(refused[0] & 0xf0, 0xc0);
  const xr::PerfServerTotals& totals = running.end();
  CHECK_EQ(totals.refused_connections, 1u);
  CHECK_EQ(totals.connections, 0u);
}

TEST("perf server: resets are not sent without limit") {
  Running running;
  const auto fd = stranger(running);
  const Bytes packet(60, 0x41);
  for (int i = 0; i < 1000; ++i) ::send(fd.get(), packet.data(), packet.size(), 0);
  check_answered(ask(running, 8, 0, 1, 1), 1);
  CHECK(running.end().stateless_resets <= 300);
}

TEST(
    "perf server: who has not shown that its address is its own gets at most three times what it "
    "sent") {
  Running running;
  const auto fd = stranger(running);
  const Bytes first = first_packet();
  Bytes answer = answer_to(fd, first);
  CHECK(!answer.empty());
  std::size_t received = 0;
  // The server goes on trying: its timer is a second at first, and there are two packets at least.
  for (pollfd watched{fd.get(), POLLIN, 0}; !answer.empty();) {
    received += answer.size();
    answer.clear();
    if (::poll(&watched, 1, 2500) <= 0) break;
    answer.resize(65'536);
    const ssize_t got = ::recv(fd.get(), answer.data(), answer.size(), 0);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  CHECK(received >= 1200);
  CHECK(received <= 3 * first.size());
}

TEST("perf server: packets of chance, and true ones with a bit changed, harm nothing") {
  Running running;
  const auto fd = stranger(running);
  std::mt19937_64 random(1);
  const Bytes first = first_packet();
  for (int i = 0; i < 20'000; ++i) {
    Bytes packet;
    if (i % 2 == 0) {
      packet.resize(1 + random() % 1500);
      for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
      if (i % 4 == 0) packet[0] |= 0xc0;
      if (i % 8 == 0 && packet.size() > 5) std::copy_n(first.begin() + 1, 4, packet.begin() + 1);
    } else {
      packet = first;
      for (std::uint64_t n = 1 + random() % 3; n > 0; --n)
        packet[random() % (random() % 2 == 0 ? 64 : packet.size())] ^=
            static_cast<std::uint8_t>(1u << (random() % 8));
      if (random() % 8 == 0) packet.resize(1 + random() % packet.size());
    }
    ::send(fd.get(), packet.data(), packet.size(), 0);
    // Not faster than it can read.
    if (i % 64 == 0) std::this_thread::yield();
  }
  check_answered(ask(running, 64, 64, 10, 100), 100);
  CHECK(running.end().dropped_packets > 0);
}

TEST("perf server: hundreds of clients, one after the other and at once") {
  Running running;
  for (int i = 0; i < 100; ++i) check_answered(ask(running, 64, 64, 2, 4), 4);
  std::vector<std::thread> threads;
  std::atomic<unsigned> answered{0};
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      if (!ask(running, 64, 20'000, 8, 40).fault) ++answered;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK_EQ(answered.load(), 20u);
  CHECK_EQ(running.end().connections, 120u);
}

}  // namespace
