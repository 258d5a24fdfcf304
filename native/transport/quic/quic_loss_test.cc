#include <algorithm>
#include <array>
#include <set>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::test::kNothing;
using xr::test::QuicPacket;
using xr::test::QuicPath;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

TEST(
    "quic loss: every byte arrives, and the packets missing at each end are those that were lost") {
  const auto bytes = some_bytes(std::size_t{3} << 20);
  for (const double loss : {0.0, 0.001, 0.01, 0.05}) {
    for (const double reordering : {0.0, 0.02}) {
      QuicSimulation simulation({loss, reordering, 0});
      CHECK(simulation.establish());
      CHECK(simulation.transfer(bytes, kNothing));
      // Until nothing is on its way any more.
      simulation.run(kNsPerSec, [] { return false; });
      for (const auto* traffic : {&simulation.to_server, &simulation.to_client})
        CHECK_EQ(traffic->sent - traffic->arrived, traffic->dropped);
      CHECK(simulation.to_server.dropped > 0 || loss < 0.01);
      CHECK(simulation.to_client.dropped > 0 || loss < 0.05);
    }
  }
}

TEST("quic loss: what waits at the peer behind a hole is known to the sender") {
  const auto bytes = some_bytes(std::size_t{1} << 20);
  for (const double loss : {0.0, 0.01}) {
    QuicSimulation simulation({loss, 0, 0});
    CHECK(simulation.establish());
    std::uint64_t most = 0;
    CHECK(simulation.transfer(bytes, [&](QuicSimulation& now) {
      most = std::max(most, now.client->waiting_bytes());
    }));
    CHECK_EQ(most > 0, loss > 0);
    CHECK(most < bytes.size());
    simulation.run(kNsPerSec, [] { return false; });
    CHECK_EQ(simulation.client->waiting_bytes(), 0u);
  }
}

TEST("quic loss: packets that arrive twice or late give no byte twice") {
  QuicPath path{0.01, 0.05, 0};
  path.duplication = 0.2;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    QuicSimulation simulation(path, seed);
    CHECK(simulation.establish());
    CHECK(simulation.transfer(some_bytes(400'000), kNothing));
    simulation.run(10 * kNsPerSec, [] { return false; });
    CHECK_EQ(simulation.server->inbox().bytes, 400'000u);
  }
}

TEST("quic loss: a handshake is brought to its end over a path that loses every third packet") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    QuicSimulation simulation({0.33, 0.1, 0, 5 * kNsPerMs}, seed);
    CHECK(simulation.establish());
  }
}

/// Numbers of the DATAGRAM frames that arrived.
struct Arrivals {
  std::multiset<unsigned> numbers;
  static void take(void* self, const std::uint8_t* data, std::size_t length) {
    if (length == 2) static_cast<Arrivals*>(self)->numbers.insert(data[0] * 256u + data[1]);
  }
};

TEST("quic loss: datagrams are lost with their packets, never sent again and never given twice") {
  constexpr unsigned kCount = 2000;
  for (const double loss : {0.0, 0.01, 0.05}) {
    QuicPath path{0, 0, 0};
    QuicSimulation simulation(path, 9, [](xr::QuicSetup& client, xr::QuicSetup& server) {
      client.options.messages = server.options.messages = xr::QuicMessages::kDatagram;
    });
    CHECK(simulation.establish());
    simulation.run(kNsPerSec, [] { return false; });
    simulation.path() = {loss, 0.05, 0};
    simulation.path().duplication = 0.05;
    Arrivals arrivals;
    simulation.server->inbox().context = &arrivals;
    simulation.server->inbox().on_datagram = &Arrivals::take;
    const std::uint64_t dropped_before = simulation.to_server.dropped;
    for (unsigned number = 0; number < kCount;) {
      std::array<std::uint8_t, 2> message{static_cast<std::uint8_t>(number >> 8),
                                          static_cast<std::uint8_t>(number)};
      QuicPacket packet(simulation.client->payload_bytes());
      bool taken = false;
      const ngtcp2_ssize length = simulation.client->write_datagram(
          packet.data(), {message.data(), message.size()}, taken, simulation.now_ns());
      CHECK(length >= 0);
      packet.resize(static_cast<std::size_t>(length));
      if (length > 0) simulation.post(std::move(packet));
      if (taken) ++number;
      // What was written arrives before the next one is.
      bool looked = false;
      simulation.run(kNsPerSec, [&] { return std::exchange(looked, true); });
    }
    simulation.run(10 * kNsPerSec, [] { return false; });
    for (const unsigned number : arrivals.numbers) CHECK_EQ(arrivals.numbers.count(number), 1u);
    const std::uint64_t missing = kCount - arrivals.numbers.size();
    CHECK(missing <= simulation.to_server.dropped - dropped_before);
    CHECK((missing > 0) == (loss > 0));
  }
}

/// The client sends datagrams for so much simulated time, as many as go, or until `done`.
template <class Done>
void send_datagrams(QuicSimulation& simulation, std::size_t bytes, std::uint64_t ns,
                    const Done& done) {
  std::vector<std::uint8_t> message(bytes, 0x5a);
  xr::QuicConnection& client = *simulation.client;
  const std::uint64_t end_ns = simulation.now_ns() + ns;
  while (simulation.now_ns() < end_ns && !done()) {
    QuicPacket packet(client.payload_bytes());
    bool taken = false;
    const ngtcp2_ssize length = client.write_datagram(
        packet.data(), {message.data(), message.size()}, taken, simulation.now_ns());
    CHECK(length >= 0);
    if (length > 0) {
      packet.resize(static_cast<std::size_t>(length));
      simulation.post(std::move(packet));
      continue;
    }
    const std::uint64_t before_ns = simulation.now_ns();
    simulation.run(kNsPerMs, [] { return false; });
    CHECK_EQ(simulation.error(), 0);
    if (simulation.now_ns() == before_ns) simulation.wait(kNsPerMs);
    CHECK_EQ(client.expire(simulation.now_ns()), 0);
  }
}

/// Both ends of a connection of datagrams, which the server counts.
struct CountedDatagrams {
  explicit CountedDatagrams(unsigned seed)
      : simulation({}, seed, [](xr::QuicSetup& client, xr::QuicSetup& server) {
          client.options.messages = server.options.messages = xr::QuicMessages::kDatagram;
        }) {
    CHECK(simulation.establish());
    simulation.run(kNsPerSec, [] { return false; });
    simulation.server->inbox().context = &arrived;
    simulation.server->inbox().on_datagram = [](void* count, const std::uint8_t*, std::size_t) {
      ++*static_cast<std::uint64_t*>(count);
    };
  }

  QuicSimulation simulation;
  std::uint64_t arrived = 0;
};

TEST("quic loss: an outage that swallows a whole window of datagrams is outlived") {
  for (const std::size_t bytes : {std::size_t{2}, std::size_t{1400}}) {
    for (const double loss_before : {0.0, 0.05}) {
      CountedDatagrams datagrams(1);
      QuicSimulation& simulation = datagrams.simulation;
      const std::uint64_t& arrived = datagrams.arrived;
      simulation.path().loss = loss_before;
      send_datagrams(simulation, bytes, 60 * kNsPerSec, [&] { return arrived >= 1000; });
      // The second comes while what the first has left behind is under way.
      for (unsigned outage = 1; outage <= 2; ++outage) {
        simulation.path().loss = 1;
        const std::uint64_t sent = simulation.to_server.sent;
        send_datagrams(simulation, bytes, 2 * kNsPerSec, [] { return false; });
        CHECK(simulation.to_server.sent > sent);
        simulation.path().loss = 0;
        const std::uint64_t before = arrived;
        send_datagrams(simulation, bytes, 60 * kNsPerSec, [&] { return arrived >= before + 100; });
        CHECK(arrived - before >= 100);
      }
    }
  }
}

// A loss closes the window on what went out behind the last that is timed; then that is lost too.
TEST("quic loss: an outage that begins while the window shrinks is outlived") {
  const std::vector<std::uint8_t> message(100, 0x5a);
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CountedDatagrams datagrams(seed);
    QuicSimulation& simulation = datagrams.simulation;
    const std::uint64_t& arrived = datagrams.arrived;
    // Some of them at a time, so that others are on their way when an acknowledgement comes.
    std::uint64_t step_ns = 0;
    unsigned in_step = 0;
    simulation.client_writes = [&](xr::QuicConnection& client, std::uint8_t* to,
                                   std::uint64_t now_ns) -> ngtcp2_ssize {
      if (std::exchange(step_ns, now_ns) != now_ns) in_step = 0;
      if (++in_step > 1 + seed % 60) return 0;
      bool taken = false;
      const ngtcp2_vec data{const_cast<std::uint8_t*>(message.data()), message.size()};
      return client.write_datagram(to, data, taken, now_ns);
    };
    simulation.path().loss = 0.3;
    for (unsigned step = 0; step < seed; ++step) {
      bool looked = false;
      simulation.run(kNsPerSec, [&] { return std::exchange(looked, true); });
    }
    simulation.path().loss = 1;
    // Nothing has to be on its way, and no timer set, for the next one to be written.
    const auto go_on = [&](std::uint64_t ms, const auto& done) {
      for (; ms > 0 && !done(); --ms) {
        simulation.run(kNsPerMs, done);
        simulation.wait(kNsPerMs);
      }
    };
    go_on(1000, [] { return false; });
    simulation.path().loss = 0;
    const std::uint64_t before = arrived;
    go_on(60'000, [&] { return arrived > before; });
    CHECK(arrived > before);
  }
}

}  // namespace
