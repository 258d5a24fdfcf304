#include <algorithm>
#include <array>

#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/quic/quic_pump.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::QuicPathSearch;
using xr::test::kNothing;
using xr::test::QuicPacket;
using xr::test::QuicPath;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

/// A path that swallows what is larger.
QuicPath path_of(std::size_t largest_bytes, double loss = 0) {
  QuicPath path{loss, 0, 0, 2 * kNsPerMs};
  path.largest_bytes = largest_bytes;
  return path;
}

/// Both ends are ours, and look for what the path carries.
void both_search(xr::QuicSetup& client, xr::QuicSetup& server) {
  client.local_payload_bytes = server.local_payload_bytes = 1452;
  client.tells_path = server.tells_path = true;
}

bool both_know(QuicSimulation& simulation) {
  return simulation.run(60 * kNsPerSec, [&] {
    return simulation.is_established() && simulation.client->is_path_known() &&
           simulation.server->is_path_known();
  });
}

/// The search alone, over a path that answers every probe.
std::size_t found_over(std::size_t largest_bytes, std::size_t top_bytes, unsigned* rounds) {
  QuicPathSearch search;
  search.begin(top_bytes);
  *rounds = 0;
  while (search.is_searching()) {
    ++*rounds;
    const std::size_t bytes = search.probe_bytes();
    const std::uint64_t id = search.id_of(bytes);
    while (search.wants_probe()) search.on_sent();
    for (int copy = 0; copy < 3; ++copy)
      bytes <= largest_bytes ? search.on_acked(id) : search.on_lost(id);
  }
  return search.found_bytes();
}

TEST("quic path: the search finds the largest usual size, in a few rounds") {
  unsigned rounds = 0;
  for (const std::size_t largest : {1200u, 1216u, 1232u, 1252u, 1272u, 1392u, 1432u, 1452u}) {
    CHECK_EQ(found_over(largest, 1452, &rounds), largest);
    CHECK(rounds <= 6);
  }
  CHECK_EQ(found_over(1300, 1452, &rounds), 1292u);
  CHECK_EQ(found_over(9000, 1452, &rounds), 1452u);
  CHECK_EQ(rounds, 1u);
  CHECK_EQ(found_over(9000, 1390, &rounds), 1390u);
  CHECK_EQ(found_over(9000, 65'000, &rounds), 8972u);
  CHECK_EQ(found_over(65'000, 65'000, &rounds), 65'000u);
  CHECK_EQ(found_over(1452, 1200, &rounds), 1200u);
  CHECK_EQ(rounds, 0u);
}

TEST("quic path: one copy of three that arrives is enough, and late ones are worth what they say") {
  QuicPathSearch search;
  search.begin(1452);
  const std::uint64_t id = search.id_of(1452);
  for (int copy = 0; copy < 3; ++copy) search.on_sent();
  CHECK(!search.wants_probe());
  search.on_lost(id);
  search.on_lost(id);
  CHECK(search.is_searching());
  search.on_acked(id);
  CHECK(!search.is_searching());
  CHECK_EQ(search.found_bytes(), 1452u);
  // A limit begins anew below it, and what was sent before means nothing to it but what it proves.
  search.begin(1452);
  const std::uint64_t old = search.id_of(1452);
  search.limit(1300);
  CHECK_EQ(search.probe_bytes(), 1300u);
  for (int copy = 0; copy < 3; ++copy) search.on_lost(old);
  CHECK_EQ(search.probe_bytes(), 1300u);
}

TEST("quic path: a handshake needs 1,200 B, and packets then have what the path carries") {
  for (const std::size_t largest : {1200u, 1232u, 1272u, 1392u, 1452u}) {
    QuicSimulation simulation(path_of(largest), 1, both_search);
    CHECK(both_know(simulation));
    CHECK_EQ(simulation.client->payload_bytes(), largest);
    CHECK_EQ(simulation.server->payload_bytes(), largest);
    CHECK(simulation.transfer(some_bytes(200'000), kNothing));
    CHECK_EQ(simulation.client->settings().udp_payload_bytes, largest);
    CHECK_EQ(simulation.client->settings().local_payload_bytes.value(), 1452u);
  }
}

TEST("quic path: a probe that is swallowed takes nothing of the handshake with it") {
  QuicSimulation simulation(path_of(1272), 1, both_search);
  // One way takes 2 ms; what is sent again comes hundreds of them later.
  CHECK(simulation.run(10 * kNsPerMs, [&] { return simulation.is_established(); }));
  CHECK(simulation.run(10 * kNsPerMs, [&] { return simulation.client->is_confirmed(); }));
  // Or each connection of a server would wait for it in vain, one after the other.
  CHECK(simulation.server->is_confirmed());
}

TEST("quic path: who has told and been told does not wait for a peer that has gone on") {
  QuicSimulation simulation(path_of(1272), 1, both_search);
  CHECK(simulation.run(60 * kNsPerSec,
                       [&] { return simulation.server && simulation.server->is_path_known(); }));
  simulation.path().loss = 1;
  CHECK(simulation.run(kNsPerSec, [&] { return simulation.client->is_path_known(); }));
}

TEST("quic path: where probes were lost both ends begin anew, and nowhere else") {
  for (const std::size_t largest : {1200u, 1272u, 1392u, 1452u}) {
    QuicSimulation simulation(path_of(largest), 1, both_search);
    CHECK(both_know(simulation));
    CHECK_EQ(simulation.client->wants_fresh_start(), largest < 1452);
    CHECK_EQ(simulation.server->wants_fresh_start(), largest < 1452);
  }
  // One end's probes are enough, for the other is told.
  QuicSimulation simulation(path_of(1272), 1, [](xr::QuicSetup& client, xr::QuicSetup& server) {
    both_search(client, server);
    server.local_payload_bytes = 1272;
  });
  CHECK(both_know(simulation));
  CHECK(simulation.client->wants_fresh_start());
  CHECK(simulation.server->wants_fresh_start());
}

TEST("quic path: losses by chance do not make a path look narrow") {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    QuicSimulation simulation(path_of(0, 0.02), seed, both_search);
    CHECK(both_know(simulation));
    CHECK_EQ(simulation.client->payload_bytes(), 1452u);
  }
}

TEST("quic path: a black hole that opens in the middle of a stream is got round") {
  QuicSimulation simulation(path_of(0), 1, both_search);
  CHECK(both_know(simulation));
  CHECK(simulation.transfer(some_bytes(200'000), kNothing));
  simulation.path().largest_bytes = 1280;
  CHECK(simulation.transfer(some_bytes(300'000), kNothing));
  simulation.run(5 * kNsPerSec, [] { return false; });
  // The number of a probe may have grown.
  CHECK(simulation.client->payload_bytes() >= 1269);
  CHECK(simulation.client->payload_bytes() <= 1280);
}

TEST("quic path: with a peer that tells nothing of probes a black hole is got round as well") {
  QuicSimulation simulation(path_of(0), 1, [](xr::QuicSetup& client, xr::QuicSetup&) {
    client.local_payload_bytes = 1452;
  });
  CHECK(simulation.establish());
  CHECK_EQ(simulation.client->payload_bytes(), 1452u);
  simulation.path().largest_bytes = 1300;
  CHECK(simulation.transfer(some_bytes(300'000), kNothing));
  CHECK_EQ(simulation.client->payload_bytes(), 1200u);
}

/// With messages that a packet of 1,200 B has no room for.
constexpr std::size_t kLongBytes = 1400;

/// Both ends know that the path carries 1,452 B, and may send DATAGRAM frames.
QuicSimulation with_datagrams() {
  QuicSimulation simulation(path_of(0), 1, [](xr::QuicSetup& client, xr::QuicSetup& server) {
    both_search(client, server);
    client.options.messages = server.options.messages = xr::QuicMessages::kDatagram;
  });
  CHECK(both_know(simulation));
  CHECK_EQ(simulation.client->payload_bytes(), 1452u);
  return simulation;
}

/// The client sends a message of `kLongBytes` every so often, where it has room.
void send_datagrams(QuicSimulation& simulation, unsigned count, std::uint64_t every_ns) {
  std::array<std::uint8_t, kLongBytes> message{};
  for (unsigned i = 0; i < count; ++i) {
    xr::QuicConnection& client = *simulation.client;
    if (client.fits_datagram(kLongBytes)) {
      QuicPacket packet(client.payload_bytes());
      bool taken = false;
      const ngtcp2_ssize length = client.write_datagram(
          packet.data(), {message.data(), message.size()}, taken, simulation.now_ns());
      CHECK(length >= 0);
      packet.resize(static_cast<std::size_t>(length));
      if (length > 0) simulation.post(std::move(packet));
    }
    const std::uint64_t next_ns = simulation.now_ns() + every_ns;
    simulation.run(every_ns, [&] { return simulation.now_ns() >= next_ns; });
    CHECK_EQ(simulation.error(), 0);
    if (simulation.now_ns() < next_ns) simulation.wait(next_ns - simulation.now_ns());
    // As with a timer that is due often, such as that of key updates.
    CHECK_EQ(client.expire(simulation.now_ns()), 0);
  }
}

/// A second in which nothing arrives: the path looks as one that swallows large packets.
void be_cut_off(QuicSimulation& simulation) {
  // Long enough for a window that has room for all of them.
  CHECK(simulation.transfer(some_bytes(std::size_t{4} << 20), kNothing));
  send_datagrams(simulation, 5, kNsPerMs);
  simulation.path().loss = 1;
  send_datagrams(simulation, 50, 20 * kNsPerMs);
  simulation.path().loss = 0;
  for (int i = 0; i < 100 && simulation.client->fits_datagram(kLongBytes); ++i)
    send_datagrams(simulation, 1, kNsPerMs);
  CHECK(!simulation.client->fits_datagram(kLongBytes));
}

TEST("quic path: after an outage packets become as large again as they were") {
  for (const bool is_cut_off_again : {false, true}) {
    QuicSimulation simulation = with_datagrams();
    be_cut_off(simulation);
    if (is_cut_off_again) {
      // While the search is under way: what it lost then says nothing of sizes.
      simulation.path().loss = 1;
      send_datagrams(simulation, 10, 100 * kNsPerMs);
      simulation.path().loss = 0;
    }
    send_datagrams(simulation, 50, 100 * kNsPerMs);
    CHECK_EQ(simulation.client->payload_bytes(), 1452u);
    const std::uint64_t arrived = simulation.to_server.arrived;
    send_datagrams(simulation, 50, kNsPerMs);
    CHECK(simulation.to_server.arrived - arrived >= 50);
  }
}

TEST("quic path: a datagram waits for the search, and is refused where that ends below it") {
  for (const bool is_narrow : {false, true}) {
    QuicSimulation simulation = with_datagrams();
    be_cut_off(simulation);
    if (is_narrow) {
      simulation.path().largest_bytes = 1300;
      simulation.run(10 * kNsPerSec, [] { return false; });
    }
    xr::QuicLane lane;
    std::array<xr::UniqueFd, 2> fds = xr::test::udp_pair();
    lane.fd = std::move(fds[0]);
    lane.connection = std::move(simulation.client);
    const xr::StopFlag stop;
    xr::QuicPump<xr::WaitPolicy::kBlock> pump(lane, false, kNsPerSec, stop);
    const std::array<std::uint8_t, kLongBytes> message{};
    const xr::Io io = pump.write_datagram(message.data(), message.size());
    CHECK(io == (is_narrow ? xr::Io::kError : xr::Io::kFull));
    CHECK_EQ(pump.fault().has_value(), is_narrow);
    if (is_narrow) CHECK_EQ(pump.fault()->code, "PATH_MTU");
  }
}

TEST("quic path: a message that has no room any more is told with what has") {
  QuicSimulation simulation(path_of(1272), 1, [](xr::QuicSetup& client, xr::QuicSetup& server) {
    both_search(client, server);
    client.options.messages = server.options.messages = xr::QuicMessages::kDatagram;
  });
  CHECK(both_know(simulation));
  CHECK(simulation.client->fits_datagram(1238));
  CHECK(!simulation.client->fits_datagram(1239));
  const xr::Fault fault = simulation.client->no_room_fault("connect", 1400);
  CHECK_EQ(fault.code, "PATH_MTU");
  CHECK(fault.message.find("1238 B") != std::string::npos);
}

}  // namespace
