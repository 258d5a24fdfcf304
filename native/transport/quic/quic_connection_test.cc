#include "transport/quic/quic_connection.h"

#include <malloc.h>

#include <array>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::test::kNothing;
using xr::test::QuicPacket;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

TEST("quic connection: pacing is left out of the versions of ngtcp2 that keep to no rate") {
  for (const int version : {0x000c01, 0x010000, 0x0101ff, 0x010d00, 0x011800, 0x020000})
    CHECK(xr::can_pace(version));
  for (const int version : {0x010200, 0x010b00, 0x010cff}) CHECK(!xr::can_pace(version));
}

TEST("quic connection: the least round trip is not known before a sample") {
  QuicSimulation simulation({});
  CHECK(!simulation.client->settings().min_rtt_ns.has_value());
  CHECK(simulation.establish());
  CHECK(simulation.client->settings().min_rtt_ns.value_or(kNsPerSec) < kNsPerSec);
}

TEST("quic connection: keys are updated in the middle of a stream, more than once") {
  const auto bytes = some_bytes(std::size_t{2} << 20);
  QuicSimulation simulation({0.001, 0, 0, 20 * kNsPerMs});
  CHECK(simulation.establish());
  unsigned updates = 0;
  for (int round = 0; round < 4; ++round) {
    CHECK(simulation.transfer(bytes, [&](QuicSimulation& now) {
      // Refused until the last one is confirmed, and some time after it (RFC 9001 section 6.5).
      if (now.client->update_keys(now.now_ns())) ++updates;
    }));
  }
  CHECK(updates >= 2);
}

TEST("quic connection: messages of every size round a packet's limits, and up to 1 MiB, arrive") {
  std::vector<std::size_t> sizes = {1, 2, 63, 64, 16'383, 16'384, 65'535, 65'536, 1 << 20};
  for (std::size_t size = 1180; size <= 1460; ++size) sizes.push_back(size);
  // None of the streams is ever finished.
  const auto many = [&](xr::QuicSetup& client, xr::QuicSetup& server) {
    client.peer_streams = server.peer_streams = static_cast<unsigned>(sizes.size());
  };
  QuicSimulation simulation({0.01, 0.01, 0}, 1, many);
  CHECK(simulation.establish());
  for (const std::size_t size : sizes) CHECK(simulation.transfer(some_bytes(size), kNothing));
}

TEST("quic connection: a stream more than the peer lets be open is refused") {
  QuicSimulation simulation({});
  CHECK(simulation.establish());
  for (int i = 0; i < 64; ++i) simulation.client->open_uni_stream();
  std::string refused;
  try {
    simulation.client->open_uni_stream();
  } catch (const xr::Error& error) {
    refused = error.fault().code;
  }
  CHECK_EQ(refused, "QUIC");
}

TEST("quic connection: a window smaller than what is sent only makes it wait") {
  for (const std::uint64_t window : {1024u, 1200u, 5000u, 65'536u}) {
    const auto narrow = [&](xr::QuicSetup& client, xr::QuicSetup& server) {
      client.options.window_bytes = window;
      server.options.window_bytes = window;
    };
    QuicSimulation simulation({0.01, 0.01, 0}, 3, narrow);
    CHECK(simulation.establish());
    CHECK(simulation.transfer(some_bytes(300'000), kNothing));
  }
}

TEST("quic connection: both ends may close at once") {
  QuicSimulation simulation({});
  CHECK(simulation.establish());
  std::array<std::uint8_t, 1500> of_client{};
  std::array<std::uint8_t, 1500> of_server{};
  const std::uint64_t now_ns = simulation.now_ns();
  const std::size_t from_client =
      simulation.client->write_close(of_client.data(), of_client.size(), now_ns, 0);
  const std::size_t from_server =
      simulation.server->write_close(of_server.data(), of_server.size(), now_ns, 0);
  CHECK(from_client > 0 && from_server > 0);
  for (int times = 0; times < 2; ++times) {
    CHECK(xr::QuicConnection::is_farewell(
        simulation.client->read(of_server.data(), from_server, now_ns)));
    CHECK(xr::QuicConnection::is_farewell(
        simulation.server->read(of_client.data(), from_client, now_ns)));
  }
  // Nobody answers a farewell with a second one.
  CHECK_EQ(simulation.client->write_close(of_client.data(), of_client.size(), now_ns, 0), 0u);
  CHECK_EQ(simulation.server->write_close(of_server.data(), of_server.size(), now_ns, 0), 0u);
}

TEST("quic connection: a thousand of them leave nothing behind") {
  const auto cycle = [](unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      QuicSimulation simulation({}, i);
      CHECK(simulation.establish());
    }
  };
  cycle(50);
  const auto before = mallinfo2().uordblks;
  cycle(1000);
  CHECK(mallinfo2().uordblks < before + 64 * 1024);
}

}  // namespace
