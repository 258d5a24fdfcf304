#include <memory>
#include <vector>

#include "test/fuzz.h"
#include "test/test.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::QuicAnswer;
using xr::QuicConnection;
using xr::QuicGate;
using xr::QuicSetup;
using xr::test::Bytes;
using xr::test::fuzz;
using xr::test::fuzz_inputs;
using xr::test::QuicSimulation;

/// What both ends said in a handshake.
std::vector<Bytes> packets(bool to_server) {
  QuicSimulation simulation({});
  simulation.captures = true;
  CHECK(simulation.establish());
  return to_server ? simulation.to_server.capture : simulation.to_client.capture;
}

TEST("fuzz: first packets at the door of a QUIC server") {
  const std::vector<Bytes> good = packets(true);
  QuicSimulation simulation({});
  for (const bool retry : {false, true}) {
    QuicGate gate(retry);
    fuzz("quic-gate", good, fuzz_inputs(4'000), [&](const Bytes& bytes) {
      QuicSetup setup = simulation.server_setup();
      CHECK(QuicGate::number_in(setup, bytes.data(), bytes.size()) >= -1);
      QuicAnswer answer;
      const auto connection =
          gate.admit(setup, bytes.data(), bytes.size(), xr::kNsPerSec, answer);
      // Never more than came.
      CHECK(answer.length <= bytes.size());
      if (connection) connection->read(bytes.data(), bytes.size(), xr::kNsPerSec);
    });
  }
}

TEST("fuzz: packets of a QUIC handshake at either end") {
  const std::vector<Bytes> for_client = packets(false);
  const std::vector<Bytes> for_server = packets(true);
  auto simulation = std::make_unique<QuicSimulation>(xr::test::QuicPath{});
  CHECK(simulation->establish());
  fuzz("quic-client", for_client, fuzz_inputs(10'000), [&](const Bytes& bytes) {
    if (bytes.empty()) return;
    if (simulation->client->read(bytes.data(), bytes.size(), simulation->now_ns()) == 0) return;
    simulation = std::make_unique<QuicSimulation>(xr::test::QuicPath{});
    CHECK(simulation->establish());
  });
  fuzz("quic-server", for_server, fuzz_inputs(10'000), [&](const Bytes& bytes) {
    if (bytes.empty()) return;
    if (simulation->server->read(bytes.data(), bytes.size(), simulation->now_ns()) == 0) return;
    simulation = std::make_unique<QuicSimulation>(xr::test::QuicPath{});
    CHECK(simulation->establish());
  });
}

}  // namespace
