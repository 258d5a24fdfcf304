#include "transport/quic/perf/perf_responder.h"

#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

#include "base/units.h"
#include "test/test.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::kPerfUntilStopped;
using xr::perf_head;
using xr::PerfCode;
using xr::PerfLimits;
using xr::PerfResponder;
using xr::PerfTotals;
using xr::QuicConnection;
using xr::QuicSetup;

using Bytes = std::vector<std::uint8_t>;

const xr::Identity& identity() {
  static const xr::Identity instance;
  return instance;
}

/// A client, whose streams a test writes by hand, and the server's side of the protocol, joined
/// without sockets on a path that loses nothing.
class Pair {
 public:
  struct Answer {
    std::uint64_t bytes = 0;
    bool ended = false;
    std::optional<std::uint64_t> reset;
  };

  explicit Pair(const PerfLimits& limits = {}, unsigned client_streams = 64)
      : responder(limits, totals) {
    QuicSetup setup;
    setup.alpn = xr::kPerfAlpn;
    setup.local = xr::parse_address("127.0.0.1", 1111);
    setup.remote = xr::parse_address("127.0.0.1", 2222);
    setup.idle_timeout_ns = 30 * kNsPerSec;
    QuicSetup served = setup;
    std::swap(served.local, served.remote);
    served.side = xr::Side::kServer;
    served.identity = &identity();
    served.peer_streams = limits.streams;
    served.stream_events = &responder.events();
    setup.pin = &identity().pin();
    setup.peer_streams = client_streams;
    setup.stream_events = &events_;
    client = std::make_unique<QuicConnection>(setup, now_ns_);
    served_ = served;
    exchange();
    CHECK(client->is_established());
  }

  std::int64_t open() { return client->open_bidi_stream(); }

  /// Sends on a stream, in pieces of at most `piece` bytes, as far as the server lets it.
  void send(std::int64_t id, const Bytes& bytes, bool last, std::size_t piece = 65'536) {
    std::size_t sent = 0;
    bool ended = false;
    while (sent < bytes.size() || (last && !ended)) {
      const std::size_t here = std::min(piece, bytes.size() - sent);
      const bool final = last && sent + here == bytes.size();
      const ngtcp2_vec vector{const_cast<std::uint8_t*>(bytes.data()) + sent, here};
      Bytes packet(client->payload_bytes());
      ngtcp2_ssize taken = -1;
      ngtcp2_ssize length =
          client->write_some(packet.data(), id, {&vector, 1}, final, taken, now_ns_);
      if (taken >= 0) {
        sent += static_cast<std::size_t>(taken);
        ended = final && static_cast<std::size_t>(taken) == here;
      }
      std::size_t none = 0;
      if (length == NGTCP2_ERR_WRITE_MORE || length == NGTCP2_ERR_STREAM_DATA_BLOCKED)
        length = client->write(packet.data(), -1, nullptr, 0, none, now_ns_);
      CHECK(length >= 0);
      if (length > 0) give_server(packet.data(), static_cast<std::size_t>(length));
      exchange();
    }
  }

  /// Lets packets go to and fro until neither has anything to say.
  void exchange(unsigned most = 100'000) {
    for (unsigned round = 0; round < most; ++round) {
      bool any = false;
      now_ns_ += kNsPerMs / 10;
      Bytes packet(65'536);
      std::size_t none = 0;
      for (;;) {
        const ngtcp2_ssize length = client->write(packet.data(), -1, nullptr, 0, none, now_ns_);
        CHECK(length >= 0);
        if (length == 0) break;
        any = true;
        give_server(packet.data(), static_cast<std::size_t>(length));
      }
      if (server) {
        responder.begin_turn();
        for (;;) {
          const ngtcp2_ssize length = responder.write(*server, packet.data(), now_ns_);
          CHECK(length >= 0);
          if (length == 0) break;
          any = true;
          CHECK_EQ(client->read(packet.data(), static_cast<std::size_t>(length), now_ns_), 0);
        }
      }
      if (!any) {
        // Delayed acknowledgements are due within 25 ms.
        const std::uint64_t due_ns =
            std::min(client->expiry_ns(), server ? server->expiry_ns() : ~std::uint64_t{0});
        if (due_ns > now_ns_ + kNsPerSec) return;
        now_ns_ = std::max(now_ns_ + 1, due_ns);
        CHECK_EQ(client->expire(now_ns_), 0);
        if (server) CHECK_EQ(server->expire(now_ns_), 0);
      }
    }
  }

  Answer& answer(std::int64_t id) { return answers[id]; }

  PerfTotals totals;
  PerfResponder responder;
  std::unique_ptr<QuicConnection> server;
  std::unique_ptr<QuicConnection> client;
  std::map<std::int64_t, Answer> answers;
  std::uint64_t now_ns_ = kNsPerSec;

 private:
  void give_server(const std::uint8_t* packet, std::size_t length) {
    if (!server) {
      ngtcp2_pkt_hd first{};
      CHECK_EQ(ngtcp2_accept(&first, packet, length), 0);
      server = std::make_unique<QuicConnection>(served_, first, now_ns_);
      responder.attach(*server);
    }
    CHECK_EQ(server->read(packet, length, now_ns_), 0);
  }

  static void on_data(void* self, std::int64_t id, void*, const std::uint8_t*, std::size_t length,
                      bool last) {
    Answer& answer = static_cast<Pair*>(self)->answers[id];
    answer.bytes += length;
    answer.ended |= last;
  }
  static void on_reset(void* self, std::int64_t id, void*, std::uint64_t code) {
    static_cast<Pair*>(self)->answers[id].reset = code;
  }
  static void on_closed(void*, std::int64_t, void*) {}

  QuicSetup served_;
  xr::QuicStreamEvents events_{this, &Pair::on_data, &Pair::on_reset, &Pair::on_closed};
};

Bytes request(std::uint64_t response_bytes, std::size_t more = 0) {
  const auto head = perf_head(response_bytes);
  Bytes bytes(head.begin(), head.end());
  bytes.resize(bytes.size() + more, 0x42);
  return bytes;
}

constexpr std::uint64_t code(PerfCode value) { return static_cast<std::uint64_t>(value); }

TEST("perf: the first eight bytes are a length in network byte order, however they are cut") {
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x0102030405060708}, kPerfUntilStopped}) {
    const Bytes bytes = request(length, 5);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      xr::PerfHead head;
      head.take(bytes.data(), cut);
      CHECK_EQ(head.is_complete(), cut >= 8);
      head.take(bytes.data() + cut, bytes.size() - cut);
      CHECK(head.is_complete());
      CHECK_EQ(head.response_bytes(), length);
    }
  }
}

TEST("perf: a request is answered with as many bytes as it asks for, and an end") {
  for (const std::uint64_t length : {0ull, 1ull, 64ull, 1452ull, 65'536ull, 5'000'000ull}) {
    for (const std::size_t more : {0u, 1u, 100'000u}) {
      Pair pair;
      const auto id = pair.open();
      pair.send(id, request(length, more), true);
      pair.exchange();
      CHECK(pair.answer(id).ended);
      CHECK_EQ(pair.answer(id).bytes, length);
      CHECK_EQ(pair.totals.requests, 1u);
      CHECK_EQ(pair.totals.bytes_sent, length);
      CHECK_EQ(pair.totals.bytes_received, 8 + more);
    }
  }
}

TEST("perf: the length may come byte by byte") {
  Pair pair;
  const auto id = pair.open();
  pair.send(id, request(777), false, 1);
  CHECK_EQ(pair.answer(id).bytes, 0u);
  pair.send(id, {}, true);
  pair.exchange();
  CHECK(pair.answer(id).ended);
  CHECK_EQ(pair.answer(id).bytes, 777u);
}

TEST("perf: a stream that ends before its length does is given up") {
  for (std::size_t length = 0; length < 8; ++length) {
    Pair pair;
    const auto id = pair.open();
    pair.send(id, Bytes(length, 0), true);
    pair.exchange();
    CHECK_EQ(pair.answer(id).reset.value_or(99), code(PerfCode::kNoLength));
    CHECK_EQ(pair.totals.requests, 0u);
    CHECK_EQ(pair.totals.refused_requests, 1u);
  }
}

TEST("perf: an endless answer goes on until the client asks for it to stop") {
  Pair pair;
  const auto id = pair.open();
  pair.send(id, request(kPerfUntilStopped), false);
  pair.exchange();
  const auto end = pair.client->open_bidi_stream();
  // Its end makes it a request; the answer would go on for ever.
  const ngtcp2_vec nothing{nullptr, 0};
  Bytes packet(1452);
  ngtcp2_ssize taken = -1;
  ngtcp2_ssize length =
      pair.client->write_some(packet.data(), id, {&nothing, 1}, true, taken, pair.now_ns_);
  std::size_t none = 0;
  if (length == NGTCP2_ERR_WRITE_MORE)
    length = pair.client->write(packet.data(), -1, nullptr, 0, none, pair.now_ns_);
  CHECK(length > 0);
  CHECK_EQ(pair.server->read(packet.data(), static_cast<std::size_t>(length), pair.now_ns_), 0);
  pair.exchange(200);
  const std::uint64_t before = pair.answer(id).bytes;
  CHECK(before > 1'000'000);
  CHECK(!pair.answer(id).ended);
  pair.client->ask_to_stop(id, 0);
  pair.exchange();
  CHECK(!pair.answer(id).ended);
  // The others go on.
  pair.send(end, request(10), true);
  pair.exchange();
  CHECK(pair.answer(end).ended);
}

TEST("perf: limits refuse a longer answer, and cut an endless one") {
  Pair pair({1'000'000, 1024});
  const auto ok = pair.open();
  pair.send(ok, request(1'000'000), true);
  const auto over = pair.open();
  pair.send(over, request(1'000'001), true);
  const auto endless = pair.open();
  pair.send(endless, request(kPerfUntilStopped), true);
  pair.exchange();
  CHECK(pair.answer(ok).ended);
  CHECK_EQ(pair.answer(over).reset.value_or(99), code(PerfCode::kTooMuch));
  CHECK_EQ(pair.answer(over).bytes, 0u);
  CHECK_EQ(pair.answer(endless).reset.value_or(99), code(PerfCode::kTooMuch));
  CHECK(!pair.answer(endless).ended);
  CHECK_EQ(pair.totals.bytes_sent, 2'000'000u);
}

TEST(
    "perf: streams of one way are answered on the server's own, as the client lets them be "
    "opened") {
  Pair pair({}, 4);
  for (unsigned i = 0; i < 20; ++i)
    pair.send(pair.client->open_uni_stream(), request(100 + i), true);
  pair.exchange();
  unsigned ended = 0;
  std::uint64_t bytes = 0;
  for (const auto& [id, answer] : pair.answers) {
    CHECK_EQ(id & 3, 3);
    ended += answer.ended;
    bytes += answer.bytes;
  }
  CHECK_EQ(ended, 20u);
  CHECK_EQ(bytes, 20u * 100 + 190);
}

TEST("perf: whoever asks on streams of one way and opens no way back is not remembered for ever") {
  Pair pair({0, 8}, 0);
  for (unsigned i = 0; i < 50; ++i) {
    pair.send(pair.client->open_uni_stream(), request(100), true);
    pair.exchange();
  }
  CHECK_EQ(pair.totals.requests, 50u);
  CHECK_EQ(pair.totals.refused_requests, 42u);
}

TEST("perf: a thousand streams at once, then a thousand more") {
  Pair pair;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::int64_t> ids;
    for (unsigned i = 0; i < 1000; ++i) {
      ids.push_back(pair.open());
      pair.send(ids.back(), request(3000), false);
    }
    for (const auto id : ids) pair.send(id, {}, true);
    pair.exchange();
    for (const auto id : ids) {
      CHECK(pair.answer(id).ended);
      CHECK_EQ(pair.answer(id).bytes, 3000u);
    }
  }
  CHECK_EQ(pair.totals.requests, 2000u);
}

TEST("perf: a request that the client gives up is given up, and the stream comes free") {
  Pair pair({0, 4});
  for (unsigned i = 0; i < 40; ++i) {
    const auto id = pair.open();
    pair.send(id, request(1'000'000, 10), false);
    pair.client->reset(id, 7);
    pair.exchange();
    CHECK_EQ(pair.answer(id).bytes, 0u);
    CHECK_EQ(pair.answer(id).reset.value_or(99), code(PerfCode::kDone));
  }
  CHECK_EQ(pair.totals.refused_requests, 40u);
}

TEST("perf: streams of any bytes, cut and ended anywhere, harm nothing") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    Pair pair({100'000, 64}, static_cast<unsigned>(random() % 8));
    for (int round = 0; round < 100; ++round) {
      const bool both_ways = random() % 2 == 0;
      const auto id = both_ways ? pair.client->try_open_bidi_stream(nullptr)
                                : pair.client->try_open_uni_stream(nullptr);
      if (id < 0) continue;
      Bytes bytes(random() % 20);
      for (auto& byte : bytes) byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : 0;
      pair.send(id, bytes, random() % 4 != 0, 1 + random() % 9);
      if (random() % 5 == 0) pair.client->reset(id, random() % 100);
      if (both_ways && random() % 5 == 0) pair.client->ask_to_stop(id, random() % 100);
      pair.exchange();
    }
    const auto id = pair.client->try_open_bidi_stream(nullptr);
    if (id < 0) continue;
    pair.send(id, request(5), true);
    pair.exchange();
    CHECK_EQ(pair.answer(id).bytes, 5u);
  }
}

}  // namespace
