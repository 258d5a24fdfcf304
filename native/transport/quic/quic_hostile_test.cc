#include <array>
#include <cstring>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"

namespace {

using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::QuicAnswer;
using xr::QuicConnection;
using xr::QuicGate;
using xr::QuicSetup;
using xr::test::kNothing;
using xr::test::QuicPacket;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

QuicPacket first_packet(QuicSimulation& simulation) {
  QuicPacket packet(simulation.client->payload_bytes());
  std::size_t taken = 0;
  const ngtcp2_ssize length =
      simulation.client->write(packet.data(), -1, nullptr, 0, taken, simulation.now_ns());
  CHECK(length > 0);
  packet.resize(static_cast<std::size_t>(length));
  return packet;
}

TEST("quic hostile: what is no packet of a session makes no connection and gets no answer") {
  std::mt19937_64 random(3);
  QuicSimulation simulation({});
  for (const bool retry : {false, true}) {
    QuicGate gate(retry);
    for (int round = 0; round < 50'000; ++round) {
      QuicPacket packet(random() % 1500);
      for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
      if (!packet.empty() && round % 2 == 0) packet[0] |= 0xc0;
      QuicAnswer answer;
      CHECK(
          !gate.admit(simulation.server_setup(), packet.data(), packet.size(), kNsPerSec, answer));
      CHECK_EQ(answer.length, 0u);
    }
  }
}

TEST("quic hostile: a stranger's first packet is not answered, whatever its version") {
  for (const std::uint8_t version : {std::uint8_t{1}, std::uint8_t{77}}) {
    for (const bool retry : {false, true}) {
      QuicSimulation simulation({}, 1, [](QuicSetup& client, QuicSetup&) { client.token[0] ^= 1; });
      QuicPacket packet = first_packet(simulation);
      packet[4] = version;
      QuicGate gate(retry);
      QuicAnswer answer;
      CHECK(
          !gate.admit(simulation.server_setup(), packet.data(), packet.size(), kNsPerSec, answer));
      CHECK_EQ(answer.length, 0u);
    }
  }
}

TEST("quic hostile: of a session's connections, one that was before is not begun again") {
  QuicSimulation simulation({}, 1, [](QuicSetup& client, QuicSetup&) { client.number = 5; });
  const QuicPacket packet = first_packet(simulation);
  QuicGate gate(false);
  QuicAnswer answer;
  QuicSetup& setup = simulation.server_setup();
  setup.number = 6;
  CHECK(!gate.admit(setup, packet.data(), packet.size(), kNsPerSec, answer));
  setup.number = 4;
  CHECK(gate.admit(setup, packet.data(), packet.size(), kNsPerSec, answer) != nullptr);
  CHECK_EQ(setup.number, 5u);
}

TEST("quic hostile: a version that is not spoken is told so, briefly") {
  QuicSimulation simulation({});
  QuicPacket packet = first_packet(simulation);
  packet[1] = 0x6b;
  simulation.arrive(packet);
  CHECK(!simulation.server);
  CHECK_EQ(simulation.to_client.capture.size(), 1u);
  const QuicPacket& answer = simulation.to_client.capture[0];
  CHECK(answer.size() < 64);
  // Version 0 (RFC 9000 section 17.2.1), and ours at the end of it.
  CHECK(std::memcmp(answer.data() + 1, "\0\0\0\0", 4) == 0);
  CHECK(std::memcmp(answer.data() + answer.size() - 4, "\0\0\0\1", 4) == 0);
}

TEST("quic hostile: a client ends when the server speaks none of its versions") {
  QuicSimulation simulation({});
  const QuicPacket sent = first_packet(simulation);
  // The client's addresses, the other way round (RFC 9000 section 17.2.1).
  const std::size_t dcid_bytes = sent[5];
  const std::uint8_t* dcid = sent.data() + 6;
  const std::size_t scid_bytes = dcid[dcid_bytes];
  const std::uint8_t* scid = dcid + dcid_bytes + 1;
  const auto answer_with = [&](std::uint32_t version) {
    QuicPacket answer(256);
    const ngtcp2_ssize length = ngtcp2_pkt_write_version_negotiation(
        answer.data(), answer.size(), 0x55, scid, scid_bytes, dcid, dcid_bytes, &version, 1);
    CHECK(length > 0);
    answer.resize(static_cast<std::size_t>(length));
    return simulation.client->read(answer.data(), answer.size(), simulation.now_ns());
  };
  // That it speaks the client's own cannot be true (RFC 9000 section 6.2).
  CHECK_EQ(answer_with(NGTCP2_PROTO_VER_V1), 0);
  const int error = answer_with(0x0a0a0a0a);
  CHECK_EQ(error, NGTCP2_ERR_RECV_VERSION_NEGOTIATION);
  const xr::Fault fault = simulation.client->fault_of("read", error);
  CHECK_EQ(fault.code, "QUIC");
  CHECK(fault.message.find("version") != std::string::npos);
}

TEST("quic hostile: an address that has not shown itself gets at most three times what it sent") {
  for (const bool retry : {false, true}) {
    QuicSimulation simulation({}, 1, {}, retry);
    const QuicPacket packet = first_packet(simulation);
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    for (int again = 0; again < 3; ++again) {
      simulation.arrive(packet);
      received += packet.size();
      for (int tick = 0; tick < 100; ++tick) {
        if (simulation.server) {
          QuicPacket answer(simulation.server->payload_bytes());
          std::size_t taken = 0;
          for (;;) {
            const ngtcp2_ssize length =
                simulation.server->write(answer.data(), -1, nullptr, 0, taken, simulation.now_ns());
            if (length <= 0) break;
            sent += static_cast<std::uint64_t>(length);
          }
          simulation.server->expire(simulation.now_ns());
        }
        simulation.wait(100 * kNsPerMs);
        CHECK(sent + simulation.to_client.bytes <= 3 * received);
      }
    }
    CHECK(sent + simulation.to_client.bytes > 0);
  }
}

TEST("quic hostile: damaged packets are dropped, and end nothing") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    QuicSimulation damaged({0.01, 0.01, 0.2}, seed);
    CHECK(damaged.establish());
    CHECK(damaged.transfer(some_bytes(200'000), kNothing));
  }
}

TEST("quic hostile: established ones take any bytes without harm") {
  std::mt19937_64 random(5);
  QuicSimulation simulation({});
  CHECK(simulation.establish());
  for (int round = 0; round < 100'000; ++round) {
    QuicPacket packet(1 + random() % 200);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (round % 2 == 0) packet[0] = static_cast<std::uint8_t>((packet[0] & 0x7f) | 0x40);
    CHECK_EQ(simulation.server->read(packet.data(), packet.size(), simulation.now_ns()), 0);
  }
  CHECK(simulation.transfer(some_bytes(50'000), kNothing));
}

/// Changes a packet as a fuzzer would.
void mutate(QuicPacket& packet, const std::vector<QuicPacket>& others, std::mt19937_64& random) {
  for (std::uint64_t changes = 1 + random() % 4; changes > 0 && !packet.empty(); --changes) {
    const std::size_t at = random() % packet.size();
    switch (random() % 7) {
      case 0: packet[at] ^= static_cast<std::uint8_t>(1u << (random() % 8)); break;
      case 1: packet[at] = static_cast<std::uint8_t>(random()); break;
      // Header, version, lengths of the IDs: where the parser decides.
      case 2: packet[at % std::min<std::size_t>(packet.size(), 30)] ^= 0xff; break;
      case 3: packet.resize(at); break;
      case 4:
        packet.insert(packet.begin() + static_cast<std::ptrdiff_t>(at), random() % 64, 0);
        break;
      case 5:
        packet.insert(packet.end(), packet.begin(),
                      packet.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default: {
        const QuicPacket& other = others[random() % others.size()];
        for (std::size_t i = at; i < std::min(packet.size(), other.size()); ++i)
          packet[i] = other[i];
      }
    }
  }
}

TEST("quic hostile: packets of other connections, mutated, end no process at any stage") {
  // What whole connections look like, in both directions.
  std::vector<QuicPacket> seen;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    QuicSimulation model({0.05, 0.05, 0}, seed, {}, seed % 2 == 0);
    model.captures = true;
    CHECK(model.establish());
    CHECK(model.transfer(some_bytes(30'000), kNothing));
    for (const auto* traffic : {&model.to_server, &model.to_client})
      seen.insert(seen.end(), traffic->capture.begin(), traffic->capture.end());
  }
  std::mt19937_64 random(11);
  unsigned established = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    QuicSimulation victim({}, seed, {}, seed % 4 == 0);
    victim.captures = true;
    const auto disturb = [&](unsigned times) {
      for (; times > 0; --times) {
        // Its own packets too, for their keys are the right ones.
        const auto& own = random() % 2 == 0 ? victim.to_server.capture : victim.to_client.capture;
        const auto& from = random() % 2 == 0 && !own.empty() ? own : seen;
        QuicPacket packet = from[random() % from.size()];
        mutate(packet, seen, random);
        // Sockets leave out datagrams without bytes.
        if (packet.empty()) continue;
        if (random() % 2 == 0) {
          victim.arrive(packet);
        } else {
          victim.deliver_to_client(packet);
        }
      }
    };
    const bool complete = victim.run(30 * kNsPerSec, [&] {
      disturb(4);
      return victim.is_established();
    });
    if (!complete) continue;
    ++established;
    disturb(100);
    // Once there are keys, nobody without them has a say.
    CHECK_EQ(victim.error(), 0);
    CHECK(victim.transfer(some_bytes(20'000), kNothing));
  }
  // Some are talked out of it before they have keys, as RFC 9000 section 21.1 foresees.
  CHECK(established > 100);
}

TEST("quic hostile: frames that anyone can make up end a connection, and no process") {
  // Without packet protection whatever is changed comes as far as the parser of frames.
  const auto open_packets = [](QuicSetup& client, QuicSetup& server) {
    client.options.null_crypto = server.options.null_crypto = true;
    client.options.messages = server.options.messages = xr::QuicMessages::kDatagram;
  };
  std::mt19937_64 random(17);
  unsigned broken = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    QuicSimulation victim({0, 0.05, 0}, seed, open_packets);
    victim.captures = true;
    const auto disturb = [&] {
      const auto& own = random() % 2 == 0 ? victim.to_server.capture : victim.to_client.capture;
      if (own.empty() || victim.error() != 0) return;
      QuicPacket packet = own[random() % own.size()];
      mutate(packet, own, random);
      if (packet.empty()) return;
      if (random() % 2 == 0) {
        victim.arrive(packet);
      } else {
        victim.deliver_to_client(packet);
      }
    };
    // From the first packet on, or once it stands.
    const bool early = seed % 2 == 0;
    victim.run(30 * kNsPerSec, [&] {
      if (early && random() % 4 == 0) disturb();
      return victim.is_established();
    });
    if (victim.is_established()) {
      const auto bytes = some_bytes(20'000);
      victim.offer(bytes, victim.client->open_uni_stream());
      unsigned steps = 0;
      victim.run(30 * kNsPerSec, [&] {
        for (int times = 0; times < 8; ++times) disturb();
        return ++steps > 50;
      });
    }
    if (victim.error() == 0) continue;
    ++broken;
    // What is told of it, and the farewell.
    CHECK(!victim.client->fault_of("read", victim.error()).message.empty());
    std::array<std::uint8_t, 1500> farewell{};
    for (QuicConnection* end : {victim.client.get(), victim.server.get()}) {
      if (end != nullptr)
        end->write_close(farewell.data(), farewell.size(), victim.now_ns(), victim.error());
    }
  }
  CHECK(broken > 50);
}

}  // namespace
