#include "transport/quic/quic_connection.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <vector>

#include "base/units.h"
#include "test/test.h"

namespace {

using xr::Identity;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::kNsPerUs;
using xr::Pin;
using xr::QuicConnection;
using xr::QuicSetup;
using xr::Side;

using Packet = std::vector<std::uint8_t>;

/// What a path does to packets, by chance.
struct Path {
  double loss = 0;
  double reordering = 0;
  /// Of those that arrive, how many have a byte changed.
  double damage = 0;
  /// One way.
  std::uint64_t delay_ns = 10 * kNsPerUs;
};

/// A client and a server without sockets, joined by a path that drops, reorders and damages packets
/// on a clock of its own.
class Simulation {
 public:
  explicit Simulation(const Path& path, unsigned seed = 1) : path_(path), random_(seed) {
    QuicSetup setup;
    setup.token.fill(7);
    setup.local = xr::parse_address("127.0.0.1", 1111);
    setup.remote = xr::parse_address("127.0.0.1", 2222);
    setup.options.ack_threshold = 2;
    server_setup_ = setup;
    server_setup_.side = Side::kServer;
    server_setup_.identity = &identity();
    std::swap(server_setup_.local, server_setup_.remote);
    setup.pin = &identity().pin();
    client = std::make_unique<QuicConnection>(setup, now_ns_);
  }

  /// One key for all: what it costs is not what is tested.
  static const Identity& identity() {
    static const Identity instance;
    return instance;
  }

  bool is_established() const {
    return server && client->is_established() && server->is_established();
  }

  /// Runs until `done`, at most for so much simulated time; false when that was not enough or a
  /// connection broke.
  template <class Done>
  bool run(std::uint64_t limit_ns, const Done& done) {
    const std::uint64_t end_ns = now_ns_ + limit_ns;
    while (!done()) {
      if (now_ns_ > end_ns || error_ != 0) return false;
      send(*client, to_server_);
      if (server) send(*server, to_client_);
      if (to_server_.empty() && to_client_.empty()) {
        // Nothing is on its way: on to the next timer.
        std::uint64_t due_ns = client->expiry_ns();
        if (server) due_ns = std::min(due_ns, server->expiry_ns());
        if (due_ns > end_ns) return false;
        now_ns_ = std::max(now_ns_ + 1, due_ns);
        note(client->expire(now_ns_));
        if (server) note(server->expire(now_ns_));
        continue;
      }
      now_ns_ += path_.delay_ns;
      deliver(to_server_, [this](const Packet& packet) { to_server(packet); });
      deliver(to_client_, [this](const Packet& packet) {
        note(client->read(packet.data(), packet.size(), now_ns_));
      });
    }
    return true;
  }

  /// The client sends `bytes` on a new stream; `changes` may act on it at each packet.
  template <class Act>
  bool transfer(const std::vector<std::uint8_t>& bytes, const Act& act) {
    std::vector<std::uint8_t> arrived(bytes.size());
    server->inbox().ring = arrived.data();
    server->inbox().ring_bytes = arrived.size();
    server->inbox().bytes = 0;
    data_ = &bytes;
    sent_ = 0;
    stream_ = client->open_uni_stream();
    const bool complete = run(600 * kNsPerSec, [&] {
      act(*this);
      return server->inbox().bytes >= bytes.size();
    });
    server->inbox().ring = nullptr;
    data_ = nullptr;
    return complete && arrived == bytes;
  }

  std::unique_ptr<QuicConnection> client;
  std::unique_ptr<QuicConnection> server;
  std::uint64_t now_ns() const { return now_ns_; }
  int error() const { return error_; }
  std::uint64_t dropped = 0;
  std::uint64_t sent_packets = 0;

 private:
  void note(int result) {
    if (result != 0 && error_ == 0) error_ = result;
  }

  void send(QuicConnection& from, std::deque<Packet>& queue) {
    for (;;) {
      Packet packet(from.payload_bytes());
      std::size_t taken = 0;
      ngtcp2_ssize length = 0;
      const bool sends = &from == client.get() && data_ != nullptr && sent_ < data_->size();
      if (sends) {
        const ngtcp2_vec piece{const_cast<std::uint8_t*>(data_->data()) + sent_,
                               data_->size() - sent_};
        length = from.write(packet.data(), stream_, &piece, 1, taken, now_ns_);
        if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED)
          length = from.write(packet.data(), -1, nullptr, 0, taken, now_ns_);
        sent_ += taken;
      } else {
        length = from.write(packet.data(), -1, nullptr, 0, taken, now_ns_);
      }
      if (length < 0) note(static_cast<int>(length));
      if (length <= 0) return;
      packet.resize(static_cast<std::size_t>(length));
      ++sent_packets;
      if (chance(path_.loss)) {
        ++dropped;
        continue;
      }
      if (chance(path_.damage))
        packet[random_() % packet.size()] ^= static_cast<std::uint8_t>(1u << (random_() % 8));
      queue.push_back(std::move(packet));
    }
  }

  template <class Take>
  void deliver(std::deque<Packet>& queue, const Take& take) {
    std::deque<Packet> now;
    now.swap(queue);
    for (std::size_t i = 0; i + 1 < now.size(); ++i) {
      if (chance(path_.reordering)) std::swap(now[i], now[i + 1]);
    }
    for (const Packet& packet : now) take(packet);
  }

  void to_server(const Packet& packet) {
    if (!server) {
      server = QuicConnection::accept(server_setup_, packet.data(), packet.size(), now_ns_);
      if (!server) return;
    }
    const int result = server->read(packet.data(), packet.size(), now_ns_);
    // A first packet that is not what it seemed.
    if (result == NGTCP2_ERR_DROP_CONN) {
      server.reset();
    } else {
      note(result);
    }
  }

  bool chance(double part) {
    return part > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < part;
  }

  Path path_;
  std::mt19937_64 random_;
  QuicSetup server_setup_;
  std::uint64_t now_ns_ = kNsPerSec;
  std::deque<Packet> to_server_;
  std::deque<Packet> to_client_;
  const std::vector<std::uint8_t>* data_ = nullptr;
  std::size_t sent_ = 0;
  std::int64_t stream_ = -1;
  int error_ = 0;
};

std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<std::uint8_t> bytes(count);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
  return bytes;
}

constexpr auto kNothing = [](Simulation&) {};

TEST("quic connection: every byte arrives over paths that lose and reorder") {
  const auto bytes = some_bytes(std::size_t{3} << 20);
  for (const double loss : {0.0, 0.001, 0.01, 0.05}) {
    Simulation simulation({loss, loss, 0});
    CHECK(simulation.run(60 * kNsPerSec, [&] { return simulation.is_established(); }));
    CHECK(simulation.transfer(bytes, kNothing));
    CHECK(simulation.dropped > 0 || loss < 0.01);
  }
}

TEST("quic connection: damaged packets are dropped, and end nothing") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Simulation damaged({0.01, 0.01, 0.2}, seed);
    CHECK(damaged.run(60 * kNsPerSec, [&] { return damaged.is_established(); }));
    CHECK(damaged.transfer(some_bytes(200'000), kNothing));
  }
}

TEST("quic connection: keys are updated in the middle of a stream, more than once") {
  const auto bytes = some_bytes(std::size_t{2} << 20);
  Simulation simulation({0.001, 0, 0, 20 * kNsPerMs});
  CHECK(simulation.run(60 * kNsPerSec, [&] { return simulation.is_established(); }));
  unsigned updates = 0;
  for (int round = 0; round < 4; ++round) {
    CHECK(simulation.transfer(bytes, [&](Simulation& now) {
      // Refused until the last one is confirmed, and some time after it (RFC 9001 section 6.5).
      if (now.client->update_keys(now.now_ns())) ++updates;
    }));
  }
  CHECK(updates >= 2);
}

TEST("quic connection: what is no packet of a session makes no connection") {
  std::mt19937_64 random(3);
  QuicSetup setup;
  setup.side = Side::kServer;
  setup.identity = &Simulation::identity();
  setup.local = xr::parse_address("127.0.0.1", 1111);
  setup.remote = xr::parse_address("127.0.0.1", 2222);
  for (int round = 0; round < 50'000; ++round) {
    Packet packet(random() % 1500);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (!packet.empty() && round % 2 == 0) packet[0] |= 0xc0;
    CHECK(!QuicConnection::accept(setup, packet.data(), packet.size(), kNsPerSec));
  }
}

TEST("quic connection: established ones take any bytes without harm") {
  std::mt19937_64 random(5);
  Simulation simulation({});
  CHECK(simulation.run(60 * kNsPerSec, [&] { return simulation.is_established(); }));
  for (int round = 0; round < 100'000; ++round) {
    Packet packet(1 + random() % 200);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (round % 2 == 0) packet[0] = static_cast<std::uint8_t>((packet[0] & 0x7f) | 0x40);
    CHECK_EQ(simulation.server->read(packet.data(), packet.size(), simulation.now_ns()), 0);
  }
  CHECK(simulation.transfer(some_bytes(50'000), kNothing));
}

TEST("quic connection: another certificate than the pinned one ends the handshake at both ends") {
  QuicSetup setup;
  setup.token.fill(7);
  setup.local = xr::parse_address("127.0.0.1", 1111);
  setup.remote = xr::parse_address("127.0.0.1", 2222);
  const Pin other{};
  setup.pin = &other;
  Simulation simulation({});
  simulation.client = std::make_unique<QuicConnection>(setup, simulation.now_ns());
  CHECK(!simulation.run(60 * kNsPerSec, [&] { return simulation.is_established(); }));
  CHECK_EQ(simulation.client->fault_of("read", simulation.error()).code, "TLS_PIN");
}

TEST("quic connection: a thousand of them leave nothing behind") {
  const auto cycle = [](unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      Simulation simulation({}, i);
      CHECK(simulation.run(60 * kNsPerSec, [&] { return simulation.is_established(); }));
    }
  };
  cycle(50);
  const auto before = mallinfo2().uordblks;
  cycle(1000);
  CHECK(mallinfo2().uordblks < before + 64 * 1024);
}

}  // namespace
