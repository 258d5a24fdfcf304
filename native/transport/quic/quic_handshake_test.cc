#include "transport/quic/quic_handshake.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <future>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"
#include "transport/wait/waker.h"

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
    client.options.cipher = xr::TlsCipher::kChacha20Poly1305;
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

/// Two ends with sockets of their own, joined by a relay that swallows what it is told to.
class RelayedEnds {
 public:
  using Swallows = std::function<bool(bool to_server, const QuicPacket& packet)>;

  explicit RelayedEnds(const Swallows& swallows) : swallows_(swallows) {
    for (xr::UniqueFd* fd : {&client.fd, &server.fd, &relay_[0], &relay_[1]}) {
      *fd = xr::UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      const xr::SocketAddress any = xr::parse_address("127.0.0.1", 0);
      CHECK_EQ(::bind(fd->get(), any.get(), any.length), 0);
    }
    join(client.fd, relay_[0]);
    join(server.fd, relay_[1]);
    client_setup = setup_of(client);
    client_setup.pin = &QuicSimulation::identity().pin();
    server_setup = setup_of(server);
    server_setup.side = xr::Side::kServer;
    server_setup.identity = &QuicSimulation::identity();
    relaying_ = std::async(std::launch::async, [this] { relay(); });
  }
  ~RelayedEnds() { end_.stop(); }
  RelayedEnds(const RelayedEnds&) = delete;
  RelayedEnds& operator=(const RelayedEnds&) = delete;

  void shake_hands() {
    const xr::Deadline deadline(20 * kNsPerSec, waker_);
    xr::QuicGate gate(false);
    auto serving = std::async(std::launch::async,
                              [&] { xr::shake_hands(server, server_setup, &gate, deadline); });
    xr::shake_hands(client, client_setup, nullptr, deadline);
    serving.get();
  }

  /// What the client sends arrives.
  bool carries_datagram() {
    struct Inbox {
      bool has_come = false;
      static void take(void* self, const std::uint8_t*, std::size_t) {
        static_cast<Inbox*>(self)->has_come = true;
      }
    } inbox;
    server.connection->inbox().context = &inbox;
    server.connection->inbox().on_datagram = &Inbox::take;
    const std::array<std::uint8_t, 3> message{1, 2, 3};
    QuicPacket packet(client.connection->payload_bytes());
    bool taken = false;
    const ngtcp2_vec piece{const_cast<std::uint8_t*>(message.data()), message.size()};
    const ngtcp2_ssize length =
        client.connection->write_datagram(packet.data(), piece, taken, xr::monotonic_raw_ns());
    CHECK(length > 0 && taken);
    CHECK_EQ(::send(client.fd.get(), packet.data(), static_cast<std::size_t>(length), 0), length);
    const xr::Deadline deadline(10 * kNsPerSec, waker_);
    while (!inbox.has_come) {
      deadline.wait(server.fd.get(), POLLIN, "test");
      packet.resize(65'536);
      const ssize_t got = ::recv(server.fd.get(), packet.data(), packet.size(), MSG_DONTWAIT);
      if (got > 0)
        CHECK_EQ(server.connection->read(packet.data(), static_cast<std::size_t>(got),
                                         xr::monotonic_raw_ns()),
                 0);
    }
    return true;
  }

  xr::QuicLane client;
  xr::QuicLane server;
  QuicSetup client_setup;
  QuicSetup server_setup;

 private:
  static void join(const xr::UniqueFd& one, const xr::UniqueFd& other) {
    const xr::SocketAddress to_one = xr::local_address_of(one.get());
    const xr::SocketAddress to_other = xr::local_address_of(other.get());
    CHECK_EQ(::connect(one.get(), to_other.get(), to_other.length), 0);
    CHECK_EQ(::connect(other.get(), to_one.get(), to_one.length), 0);
  }

  static QuicSetup setup_of(const xr::QuicLane& lane) {
    QuicSetup setup;
    setup.token.fill(7);
    setup.local = xr::local_address_of(lane.fd.get());
    setup.remote = xr::remote_address_of(lane.fd.get());
    setup.local_payload_bytes = 1452;
    setup.tells_path = true;
    // What is in a packet is there for the relay to see.
    setup.options.null_crypto = true;
    return setup;
  }

  void relay() {
    std::array<pollfd, 3> watched{{{relay_[0].get(), POLLIN, 0},
                                   {relay_[1].get(), POLLIN, 0},
                                   {end_.event_fd(), POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) > 0 && watched[2].revents == 0) {
      for (const std::size_t from : {0u, 1u}) {
        QuicPacket packet(65'536);
        const ssize_t got =
            ::recv(relay_[from].get(), packet.data(), packet.size(), MSG_DONTWAIT);
        if (got <= 0) continue;
        packet.resize(static_cast<std::size_t>(got));
        if (swallows_(from == 0, packet)) continue;
        ::send(relay_[1 - from].get(), packet.data(), packet.size(), MSG_NOSIGNAL);
      }
    }
  }

  Swallows swallows_;
  std::array<xr::UniqueFd, 2> relay_;
  xr::Waker waker_;
  xr::Waker end_;
  std::future<void> relaying_;
};

/// With a note that its sender knows what the path carries.
bool has_note(const QuicPacket& packet) {
  const std::array<std::uint8_t, 17> note = {0xf7, 0x1c, 0x93, 0x0e, 0x58, 0xd2, 0x6b, 0xa4, 0x3d,
                                             0xc8, 0x71, 0xe6, 0x05, 0x9f, 0xb2, 0x4a, 0x01};
  return std::search(packet.begin(), packet.end(), note.begin(), note.end()) != packet.end();
}

TEST("quic handshake: over a path that carries less both ends begin anew, knowing what it carries") {
  RelayedEnds ends([](bool, const QuicPacket& packet) { return packet.size() > 1300; });
  ends.shake_hands();
  CHECK_EQ(ends.client_setup.number, 1u);
  CHECK_EQ(ends.server_setup.number, 1u);
  CHECK_EQ(ends.client.connection->payload_bytes(), 1292u);
  CHECK_EQ(ends.server.connection->payload_bytes(), 1292u);
  CHECK(ends.carries_datagram());
}

TEST("quic handshake: a server hears a client that begins anew also when its first packet is lost") {
  bool is_lost = false;
  RelayedEnds ends([&](bool to_server, const QuicPacket& packet) {
    QuicSetup setup;
    setup.token.fill(7);
    if (to_server && !is_lost && xr::QuicGate::number_in(setup, packet.data(), packet.size()) == 1)
      return is_lost = true;
    return packet.size() > 1300;
  });
  ends.shake_hands();
  CHECK_EQ(ends.client_setup.number, 1u);
  CHECK_EQ(ends.server_setup.number, 1u);
  CHECK(ends.carries_datagram());
}

TEST("quic handshake: a client that begins anew loses packets, and the server has not given it up") {
  unsigned lost = 0;
  RelayedEnds ends([&](bool to_server, const QuicPacket& packet) {
    QuicSetup setup;
    setup.token.fill(7);
    if (to_server && lost < 4 &&
        xr::QuicGate::number_in(setup, packet.data(), packet.size()) == 1) {
      ++lost;
      return true;
    }
    return packet.size() > 1300;
  });
  ends.shake_hands();
  CHECK_EQ(lost, 4u);
  CHECK_EQ(ends.client_setup.number, 1u);
  CHECK_EQ(ends.server_setup.number, 1u);
  CHECK(ends.carries_datagram());
}

TEST("quic handshake: a first packet is repeated after a few round trips, where one is known") {
  for (const std::uint64_t known_ns : {std::uint64_t{0}, 20 * kNsPerMs}) {
    QuicSimulation simulation({}, 1, [&](QuicSetup& client, QuicSetup&) {
      client.round_trip_ns = known_ns;
    });
    simulation.path().loss = 1;
    simulation.run(900 * xr::kNsPerMs, [] { return false; });
    if (known_ns == 0) {
      CHECK_EQ(simulation.to_server.sent, 1u);
    } else {
      CHECK(simulation.to_server.sent >= 4);
    }
    simulation.path().loss = 0;
    CHECK(simulation.establish());
  }
}

TEST("quic handshake: where no note of one end arrives both ends use the same connection") {
  for (const bool of_client : {true, false}) {
    RelayedEnds ends([&](bool to_server, const QuicPacket& packet) {
      return packet.size() > 1300 || (to_server == of_client && has_note(packet));
    });
    ends.shake_hands();
    CHECK_EQ(ends.client_setup.number, ends.server_setup.number);
    CHECK(ends.carries_datagram());
  }
}

}  // namespace
