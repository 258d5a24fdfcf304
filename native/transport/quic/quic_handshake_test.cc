#include <array>
#include <ctime>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::Pin;
using xr::QuicSetup;
using xr::QuicTicket;
using xr::TicketOffice;
using xr::test::QuicPacket;
using xr::test::QuicPath;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

using Change = QuicSimulation::Change;

/// The client's fault in a handshake that comes to nothing.
xr::Fault refusal(const Change& change) {
  QuicSimulation simulation({}, 1, change);
  CHECK(!simulation.establish());
  CHECK(simulation.error() != 0);
  return simulation.client->fault_of("read", simulation.error());
}

TEST("quic handshake: another certificate than the pinned one ends it at both ends") {
  static const Pin other{};
  CHECK_EQ(refusal([](QuicSetup& client, QuicSetup&) { client.pin = &other; }).code, "TLS_PIN");
}

TEST("quic handshake: the pin decides, whatever the dates of the certificate and the clocks say") {
  const std::time_t now = std::time(nullptr);
  constexpr std::time_t kDay = 24 * 3600;
  // Run out long ago, or a moment ago; made by a machine whose clock is minutes or years ahead.
  for (const xr::Validity& validity : {xr::Validity{now - 900 * kDay, now - 899 * kDay},
                                       {now - kDay, now - 1},
                                       {now + 300, now + kDay},
                                       {now + 900 * kDay, now + 901 * kDay}}) {
    const xr::Identity identity(validity);
    const auto between = [&](const Pin& pin) {
      return QuicSimulation({}, 1, [&](QuicSetup& client, QuicSetup& server) {
        server.identity = &identity;
        client.pin = &pin;
      });
    };
    CHECK(between(identity.pin()).establish());
    QuicSimulation other = between(QuicSimulation::identity().pin());
    CHECK(!other.establish());
    CHECK_EQ(other.client->fault_of("read", other.error()).code, "TLS_PIN");
  }
}

TEST("quic handshake: ends of different protocols do not connect") {
  QuicSimulation simulation({}, 1, [](QuicSetup& client, QuicSetup&) { client.alpn = "other/1"; });
  CHECK(!simulation.establish());
  // It is the server that finds nothing in common.
  const xr::Fault fault = simulation.server->fault_of("read", simulation.error());
  CHECK_EQ(fault.code, "TLS");
  CHECK(fault.message.find("lert") != std::string::npos);
}

TEST("quic handshake: ends without a common cipher do not connect") {
  QuicSimulation simulation({}, 1, [](QuicSetup& client, QuicSetup&) {
    client.cipher = xr::TlsCipher::kChacha20Poly1305;
  });
  CHECK(!simulation.establish());
  CHECK_EQ(simulation.server->fault_of("read", simulation.error()).code, "TLS");
}

TEST("quic handshake: with an idle timeout a half-open connection is given up after ten seconds") {
  const auto fault_after = [](std::uint64_t idle_timeout_ns, std::uint64_t limit_ns) {
    QuicPath silent;
    silent.loss = 1;
    QuicSimulation simulation(silent, 1, [&](QuicSetup& client, QuicSetup&) {
      client.idle_timeout_ns = idle_timeout_ns;
    });
    CHECK(!simulation.run(limit_ns, [] { return false; }));
    return simulation.error();
  };
  CHECK_EQ(fault_after(60 * kNsPerSec, 9 * kNsPerSec), 0);
  CHECK_EQ(fault_after(60 * kNsPerSec, 20 * kNsPerSec), NGTCP2_ERR_HANDSHAKE_TIMEOUT);
  CHECK_EQ(fault_after(0, 20 * kNsPerSec), 0);
}

/// A ticket of the office's, by a full handshake.
QuicTicket ticket_from(TicketOffice& office) {
  QuicSimulation simulation({}, 1, [&](QuicSetup& client, QuicSetup& server) {
    client.wants_ticket = true;
    server.tickets = &office;
    server.gives_ticket = server.early_data = true;
  });
  CHECK(simulation.run(kNsPerSec, [&] { return simulation.client->ticket().has_value(); }));
  CHECK(simulation.is_established());
  CHECK(!simulation.client->is_resumed());
  CHECK(!simulation.client->ticket()->tls.empty());
  return *simulation.client->ticket();
}

constexpr std::uint64_t kDelayNs = 20 * kNsPerMs;
constexpr QuicPath kLongPath{0, 0, 0, kDelayNs};

/// A client comes back with a ticket.
QuicSimulation coming_back(const QuicTicket& ticket, TicketOffice* office, bool early,
                           bool server_takes_early) {
  return QuicSimulation(kLongPath, 1, [&](QuicSetup& client, QuicSetup& server) {
    client.ticket = &ticket;
    client.early_data = early;
    server.tickets = office;
    server.early_data = server_takes_early;
  });
}

TEST("quic handshake: a client comes back with a ticket, as often as it likes") {
  TicketOffice office;
  const QuicTicket ticket = ticket_from(office);
  for (int times = 0; times < 3; ++times) {
    QuicSimulation simulation = coming_back(ticket, &office, false, true);
    CHECK(simulation.establish());
    CHECK(simulation.client->is_resumed() && simulation.server->is_resumed());
    CHECK(!simulation.client->took_early_data());
    CHECK(simulation.transfer(some_bytes(20'000), xr::test::kNothing));
  }
}

TEST("quic handshake: another server's ticket makes a full handshake") {
  TicketOffice office;
  TicketOffice other;
  const QuicTicket ticket = ticket_from(other);
  for (TicketOffice* at : {&office, static_cast<TicketOffice*>(nullptr)}) {
    QuicSimulation simulation = coming_back(ticket, at, false, false);
    CHECK(simulation.establish());
    CHECK(!simulation.client->is_resumed() && !simulation.server->is_resumed());
  }
}

TEST("quic handshake: a ticket does not help against another protocol") {
  TicketOffice office;
  const QuicTicket ticket = ticket_from(office);
  QuicSimulation simulation({}, 1, [&](QuicSetup& client, QuicSetup& server) {
    client.ticket = &ticket;
    client.alpn = "other/1";
    server.tickets = &office;
  });
  CHECK(!simulation.establish());
}

TEST("quic handshake: early data arrives with the first packet") {
  TicketOffice office;
  const QuicTicket ticket = ticket_from(office);
  const auto bytes = some_bytes(200);
  QuicSimulation simulation = coming_back(ticket, &office, true, true);
  const std::uint64_t began_ns = simulation.now_ns();
  simulation.offer(bytes, simulation.client->open_bidi_stream());
  CHECK(simulation.run(kNsPerSec, [&] {
    return simulation.server && simulation.server->inbox().bytes == bytes.size();
  }));
  CHECK_EQ(simulation.now_ns() - began_ns, kDelayNs);
  CHECK(!simulation.client->is_established());
  CHECK(simulation.establish());
  CHECK(simulation.client->took_early_data() && simulation.server->took_early_data());
  CHECK(!simulation.client->lost_early_data());
  simulation.run(10 * kNsPerSec, [] { return false; });
  CHECK_EQ(simulation.server->inbox().bytes, bytes.size());
}

TEST("quic handshake: early data that is not taken can be sent again, and arrives once") {
  TicketOffice office;
  TicketOffice other;
  const QuicTicket ticket = ticket_from(office);
  const auto bytes = some_bytes(200);
  for (const bool resumes : {true, false}) {
    QuicSimulation simulation = coming_back(ticket, resumes ? &office : &other, true, !resumes);
    simulation.offer(bytes, simulation.client->open_bidi_stream());
    bool again = false;
    CHECK(simulation.run(10 * kNsPerSec, [&] {
      if (simulation.client->lost_early_data()) {
        CHECK(!again);
        again = true;
        simulation.offer(bytes, simulation.client->open_bidi_stream());
      }
      return simulation.server && simulation.server->inbox().bytes >= bytes.size();
    }));
    CHECK(again);
    CHECK(!simulation.client->took_early_data() && !simulation.server->took_early_data());
    CHECK_EQ(simulation.client->is_resumed(), resumes);
    simulation.run(10 * kNsPerSec, [] { return false; });
    CHECK_EQ(simulation.server->inbox().bytes, bytes.size());
  }
}

TEST("quic handshake: replayed early data is not heard a second time") {
  TicketOffice office;
  const QuicTicket ticket = ticket_from(office);
  const auto bytes = some_bytes(200);
  QuicSimulation first = coming_back(ticket, &office, true, true);
  first.captures = true;
  first.offer(bytes, first.client->open_bidi_stream());
  CHECK(first.establish());
  CHECK_EQ(first.server->inbox().bytes, bytes.size());
  // Whoever saw the packets of the first flight sends them once more.
  QuicSimulation second = coming_back(ticket, &office, true, true);
  for (const QuicPacket& packet : first.to_server.capture) {
    if ((packet[0] & 0x80) != 0) second.arrive(packet);
  }
  CHECK(second.server != nullptr);
  CHECK(!second.server->took_early_data());
  CHECK_EQ(second.server->inbox().bytes, 0u);
}

TEST("quic handshake: a Retry costs a round trip, and ends with the address shown to be good") {
  const auto handshake_ns = [](bool retry) {
    QuicSimulation simulation(kLongPath, 1, {}, retry);
    const std::uint64_t began_ns = simulation.now_ns();
    CHECK(simulation.run(kNsPerSec, [&] { return simulation.client->is_established(); }));
    const std::uint64_t took_ns = simulation.now_ns() - began_ns;
    CHECK(simulation.establish());
    CHECK(simulation.transfer(some_bytes(20'000), xr::test::kNothing));
    return took_ns;
  };
  CHECK_EQ(handshake_ns(true) - handshake_ns(false), 2 * kDelayNs);
}

TEST("quic handshake: a Retry and a ticket go together, also when packets are lost") {
  TicketOffice office;
  const QuicTicket ticket = ticket_from(office);
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const auto change = [&](QuicSetup& client, QuicSetup& server) {
      client.ticket = &ticket;
      server.tickets = &office;
      client.early_data = server.early_data = true;
    };
    QuicSimulation simulation({0.2, 0, 0, kDelayNs}, seed, change, true);
    CHECK(simulation.establish());
    CHECK(simulation.client->is_resumed());
  }
}

}  // namespace
