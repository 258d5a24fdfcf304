#include "transport/quic/quic_stream_links.h"

#include <array>
#include <vector>

#include "test/drip.h"
#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/quic/quic_ping_pong_link.h"
#include "transport/quic/quic_port.h"
#include "transport/quic/quic_simulation.h"
#include "transport/socket/options.h"
#include "workload/stream.h"

namespace {

using xr::EndpointSpec;
using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::WaitPolicy;
using xr::test::kNothing;
using xr::test::QuicSimulation;
using xr::test::some_bytes;

constexpr std::uint64_t kMomentNs = 40 * kNsPerMs;

/// A sender whose peer has opened every window wide, and whose packets go into a socket of which
/// nobody reads.
struct Sender {
  Sender(std::uint64_t message_bytes, unsigned streams, bool segmenting = true,
         unsigned payload_bytes = 1452)
      : simulation({0, 0, 0, 5 * kNsPerMs}, 1, [&](xr::QuicSetup& client, xr::QuicSetup& server) {
          client.options.window_bytes = server.options.window_bytes = 64 << 20;
          client.local_payload_bytes = client.options.udp_payload_bytes = payload_bytes;
        }) {
    CHECK(simulation.establish());
    // Long enough for a congestion window of many runs.
    CHECK(simulation.transfer(some_bytes(std::size_t{4} << 20), kNothing));
    simulation.run(kNsPerSec, [] { return false; });
    spec.message_bytes = message_bytes;
    spec.options = xr::QuicOptions{};
    spec.workload = xr::Workload::kStream;
    spec.idle_timeout_ns = kNsPerSec;
    lane.fd = std::move(fds[1]);
    lane.connection = std::move(simulation.client);
    lane.segmenting = segmenting;
    for (unsigned i = 0; i < streams; ++i)
      lane.streams.push_back(lane.connection->open_uni_stream());
  }

  QuicSimulation simulation;
  EndpointSpec spec;
  std::array<xr::UniqueFd, 2> fds = xr::test::udp_pair();
  xr::StopFlag stop;
  xr::QuicLane lane;
};

TEST("quic sender: a batch without limit is one run of packets, and one call") {
  for (const std::uint64_t message_bytes : {64u, 1000u, 65'536u, 262'144u}) {
    Sender sender(message_bytes, 1);
    {
      xr::QuicSenderLink<WaitPolicy::kBlock> link(sender.lane, sender.spec, sender.stop);
      CHECK(link.send_some(xr::kUnlimitedBatch) == Io::kOk);
      CHECK(link.counters().bytes > 50'000);
    }
    // A frame of so few bytes is not split by ngtcp2 from 1.0 on: packets are not all of one
    // length, and a longer one begins another run.
    if (message_bytes < 256) {
      CHECK(sender.lane.send_calls * 8 <= sender.lane.packets_sent);
      continue;
    }
    CHECK_EQ(sender.lane.send_calls, 1u);
    CHECK_EQ(sender.lane.packets_sent, xr::kMaxSendBytes / 1452);
  }
}

TEST("quic pump: a window that is full is told apart from a run that is through") {
  Sender sender(1 << 20, 1);
  xr::QuicPump<WaitPolicy::kSpin> pump(sender.lane, true, kNsPerSec, sender.stop);
  const std::vector<std::uint8_t> ring(1 << 16);
  xr::QuicOutgoing out{sender.lane.streams.front(), ring.data(), ring.size(), 0};
  // Nobody acknowledges anything: the congestion window is used up, run by run.
  Io io = Io::kOk;
  unsigned runs = 0;
  for (; io == Io::kOk && runs < 10'000; ++runs)
    io = pump.write_stream(out, std::uint64_t{1} << 40);
  CHECK(io == Io::kFull);
  CHECK(runs > 1);
  CHECK(out.sent > 0);
  CHECK(pump.write_stream(out, std::uint64_t{1} << 40) == Io::kFull);
}

TEST("quic port: a packet, a time that came and a peer that is silent are told apart") {
  Sender sender(1000, 1);
  xr::QuicPort<WaitPolicy::kSpin> port(sender.lane, kNsPerMs, sender.stop);
  CHECK(port.receive(xr::monotonic_raw_ns()) == Io::kDue);
  CHECK_EQ(::send(sender.fds[0].get(), "x", 1, 0), 1);
  CHECK(port.receive(xr::monotonic_raw_ns() + kNsPerSec) == Io::kOk);
  CHECK_EQ(port.length(), 1u);
  CHECK(port.receive(~std::uint64_t{0}) == Io::kStalled);
}

TEST("quic port: packets put off that a peer is silent only where they were signs of life") {
  Sender sender(1000, 1);
  for (const bool lives : {false, true}) {
    xr::QuicPort<WaitPolicy::kSpin> port(sender.lane, kMomentNs, sender.stop);
    const std::uint64_t began_ns = xr::monotonic_raw_ns();
    Io io = Io::kOk;
    // More than can be read, for four limits.
    while (io == Io::kOk && xr::monotonic_raw_ns() - began_ns < (lives ? 4 : 100) * kMomentNs) {
      for (int i = 0; i < 2; ++i) CHECK_EQ(::send(sender.fds[0].get(), "x", 1, MSG_DONTWAIT), 1);
      io = port.receive(~std::uint64_t{0});
      if (lives) port.note_life();
    }
    CHECK(io == (lives ? Io::kOk : Io::kStalled));
  }
}

TEST("quic sender: a run is what one segmented send holds, whatever the packets' size") {
  for (const unsigned bytes : {1200u, 1272u, 1444u, 4016u, 8972u, 16'356u, 32'740u}) {
    Sender sender(262'144, 1, true, bytes);
    {
      xr::QuicSenderLink<WaitPolicy::kBlock> link(sender.lane, sender.spec, sender.stop);
      CHECK(link.send_some(xr::kUnlimitedBatch) == Io::kOk);
    }
    CHECK_EQ(sender.lane.send_calls, 1u);
    CHECK_EQ(sender.lane.packets_sent, xr::kMaxSendBytes / bytes);
  }
}

TEST("quic sender: a path that carries less than the device has more packets in a run") {
  Sender sender(262'144, 1);
  sender.lane.connection->limit_payload(1272);
  CHECK_EQ(sender.lane.connection->payload_bytes(), 1272u);
  {
    xr::QuicSenderLink<WaitPolicy::kBlock> link(sender.lane, sender.spec, sender.stop);
    CHECK(link.send_some(xr::kUnlimitedBatch) == Io::kOk);
  }
  CHECK_EQ(sender.lane.send_calls, 1u);
  CHECK_EQ(sender.lane.packets_sent, xr::kMaxSendBytes / 1272);
}

/// What a link finds that nobody speaks to but strangers, and what came to its socket.
struct Alone {
  Io end = Io::kOk;
  std::uint64_t heard = 0;
  std::uint64_t strangers = 0;
};

/// They come four in each wait, and end by themselves long after.
template <WaitPolicy kWait>
Alone send_alone(const std::vector<std::uint8_t>& stray) {
  Sender sender(1 << 20, 1);
  // A stream looks around four times in it.
  sender.spec.idle_timeout_ns = 4 * kMomentNs;
  xr::set_socket_timeouts(sender.lane.fd.get(), xr::kPacketNapNs, kNsPerSec);
  Alone alone;
  {
    xr::QuicSenderLink<kWait> link(sender.lane, sender.spec, sender.stop);
    // Nobody acknowledges anything, until the congestion window is used up.
    const xr::test::Drip drip(xr::test::sending(sender.fds[0].get(), stray), kMomentNs / 4, 600);
    while (alone.end == Io::kOk) alone.end = link.send_some(xr::kUnlimitedBatch);
    alone.heard = link.heard();
  }
  alone.strangers = sender.lane.strangers;
  return alone;
}

/// A receiver, and the client whose packets it is given.
struct Receiver {
  Receiver() {
    CHECK(simulation.establish());
    simulation.run(kNsPerSec, [] { return false; });
    spec.message_bytes = 1000;
    spec.options = xr::QuicOptions{};
    spec.workload = xr::Workload::kStream;
    spec.idle_timeout_ns = kNsPerSec;
    lane.fd = std::move(fds[0]);
    lane.connection = std::move(simulation.server);
  }

  /// The client sends so many bytes on a stream, in one packet, which is given back.
  std::vector<std::uint8_t> give(std::int64_t stream, std::size_t bytes) {
    const std::vector<std::uint8_t> data(bytes, 7);
    std::vector<std::uint8_t> packet(2000);
    const ngtcp2_vec piece{const_cast<std::uint8_t*>(data.data()), bytes};
    std::size_t taken = 0;
    const ngtcp2_ssize length = simulation.client->write(packet.data(), stream, &piece, 1, taken,
                                                         xr::monotonic_raw_ns());
    CHECK(length > 0);
    CHECK_EQ(taken, bytes);
    packet.resize(static_cast<std::size_t>(length));
    CHECK_EQ(::send(fds[1].get(), packet.data(), packet.size(), 0), length);
    return packet;
  }

  QuicSimulation simulation{xr::test::QuicPath{}};
  EndpointSpec spec;
  std::array<xr::UniqueFd, 2> fds = xr::test::udp_pair();
  xr::StopFlag stop;
  xr::QuicLane lane;
};

template <template <WaitPolicy> class Link, WaitPolicy kWait, class Receive>
Alone receive_alone(std::uint64_t idle_timeout_ns, std::vector<std::uint8_t> stray, bool replays,
                    const Receive& receive) {
  Receiver receiver;
  receiver.spec.idle_timeout_ns = idle_timeout_ns;
  receiver.spec.side = xr::Side::kServer;
  receiver.lane.streams = {0};
  xr::set_socket_timeouts(receiver.lane.fd.get(), xr::kPacketNapNs, kNsPerSec);
  Alone alone;
  {
    Link<kWait> link(receiver.lane, receiver.spec, receiver.stop);
    if (replays) {
      stray = receiver.give(receiver.simulation.client->open_bidi_stream(),
                            receiver.spec.message_bytes);
      CHECK(receive(link) == Io::kOk);
    }
    const xr::test::Drip drip(xr::test::sending(receiver.fds[1].get(), stray), kMomentNs / 4, 600);
    alone.end = receive(link);
  }
  alone.strangers = receiver.lane.strangers;
  return alone;
}

/// Whatever QUIC's packets may look like, and nothing at all.
const std::vector<std::vector<std::uint8_t>> kStrays{
    {}, {0xff}, std::vector<std::uint8_t>(100, 0x40), std::vector<std::uint8_t>(1200, 0xc0)};

template <WaitPolicy kWait>
void check_strays() {
  const auto stream = [](const std::vector<std::uint8_t>& stray, bool replays) {
    return receive_alone<xr::QuicReceiverLink, kWait>(
        4 * kMomentNs, stray, replays, [](auto& link) { return link.receive_some(); });
  };
  const auto ping_pong = [](const std::vector<std::uint8_t>& stray, bool replays) {
    return receive_alone<xr::QuicPingPongLink, kWait>(
        kMomentNs, stray, replays, [](auto& link) { return link.receive_request(); });
  };
  for (const auto& stray : kStrays) {
    for (const Alone& alone :
         {send_alone<kWait>(stray), stream(stray, false), ping_pong(stray, false)}) {
      CHECK(alone.end == Io::kStalled);
      CHECK_EQ(alone.heard, 0u);
      // How many fit into two waits, and as many again for a machine that is slow.
      CHECK(alone.strangers >= 1);
      CHECK(alone.strangers <= 300);
    }
  }
  // What the peer itself has sent is no stranger's, whoever sends it again.
  for (const Alone& alone : {stream({}, true), ping_pong({}, true)}) {
    CHECK(alone.end == Io::kStalled);
    CHECK_EQ(alone.strangers, 0u);
  }
}

TEST("quic: where nothing but strays come, or what came before, nothing has come") {
  check_strays<WaitPolicy::kBlock>();
  check_strays<WaitPolicy::kSpin>();
}

TEST("quic: a packet that closes a gap is read when it comes, and is no sign of life") {
  Receiver receiver;
  xr::QuicPump<WaitPolicy::kSpin> pump(receiver.lane, true, kNsPerSec, receiver.stop);
  std::array<std::vector<std::uint8_t>, 2> packets;
  const std::int64_t stream = receiver.simulation.client->open_uni_stream();
  for (auto& packet : packets) packet = receiver.give(stream, 500);
  const auto drain = [&] {
    while (pump.inbox().bytes < 1000) CHECK(pump.read_some() == Io::kOk);
  };
  drain();
  // Again, in the other order, over what a path has swallowed.
  std::array<std::uint8_t, 2000> room{};
  for (auto& packet : packets) {
    const std::vector<std::uint8_t> data(500, 7);
    const ngtcp2_vec piece{const_cast<std::uint8_t*>(data.data()), data.size()};
    std::size_t taken = 0;
    const ngtcp2_ssize length = receiver.simulation.client->write(
        room.data(), stream, &piece, 1, taken, xr::monotonic_raw_ns());
    CHECK(length > 0);
    packet.assign(room.begin(), room.begin() + length);
  }
  const auto send = [&](const std::vector<std::uint8_t>& packet) {
    const std::uint64_t heard = pump.heard();
    CHECK(::send(receiver.fds[1].get(), packet.data(), packet.size(), 0) > 0);
    CHECK(pump.read_some() == Io::kOk);
    return pump.heard() != heard;
  };
  CHECK(send(packets[1]));
  CHECK_EQ(pump.inbox().bytes, 1000u);
  CHECK(!send(packets[0]));
  CHECK_EQ(pump.inbox().bytes, 2000u);
}

TEST("quic receiver: halves of messages on several streams are no message") {
  Receiver receiver;
  xr::QuicReceiverLink<WaitPolicy::kBlock> link(receiver.lane, receiver.spec, receiver.stop);
  std::array<std::int64_t, 3> streams{};
  for (std::int64_t& id : streams) id = receiver.simulation.client->open_uni_stream();
  std::uint64_t bytes = 0;
  const auto arrives = [&](std::int64_t stream, std::size_t count) {
    receiver.give(stream, count);
    bytes += count;
    while (link.counters().bytes < bytes) CHECK(link.receive_some() == Io::kOk);
    return link.counters().messages;
  };
  CHECK_EQ(arrives(streams[0], 500), 0u);
  CHECK_EQ(arrives(streams[1], 500), 0u);
  CHECK_EQ(arrives(streams[2], 999), 0u);
  CHECK_EQ(arrives(streams[1], 500), 1u);
  CHECK_EQ(arrives(streams[2], 1001), 3u);
  CHECK_EQ(arrives(streams[0], 499), 3u);
  CHECK_EQ(arrives(streams[0], 1), 4u);
  CHECK_EQ(bytes, 4000u);
}

TEST("quic receiver: what came before a link is not its own, and messages keep their places") {
  Receiver receiver;
  const std::int64_t stream = receiver.simulation.client->open_uni_stream();
  for (const std::uint64_t messages : {1u, 2u}) {
    xr::QuicReceiverLink<WaitPolicy::kBlock> link(receiver.lane, receiver.spec, receiver.stop);
    // Ends in the middle of the second.
    for (const std::size_t bytes : {1000u, 500u}) receiver.give(stream, bytes);
    while (link.counters().bytes < 1500) CHECK(link.receive_some() == Io::kOk);
    CHECK_EQ(link.counters().messages, messages);
  }
}

TEST("quic sender: each message is handed over by itself, whatever packets hold of them") {
  for (const unsigned streams : {1u, 3u}) {
    for (const std::uint64_t message_bytes : {1u, 64u, 1451u, 5000u, 262'144u}) {
      for (const std::uint64_t most : {std::uint64_t{1}, std::uint64_t{7}, xr::kUnlimitedBatch}) {
        Sender sender(message_bytes, streams, most != 7);
        xr::QuicSenderLink<WaitPolicy::kBlock> link(sender.lane, sender.spec, sender.stop);
        for (int i = 0; i < 6; ++i) CHECK(link.send_some(most) == Io::kOk);
        const xr::Counters& all = link.counters();
        // One may be under way on each stream.
        CHECK(link.send_units() >= all.messages);
        CHECK(link.send_units() <= all.messages + streams);
        CHECK(all.bytes >= all.messages * message_bytes);
        CHECK(all.bytes <= link.send_units() * message_bytes);
        if (message_bytes <= 1451 && most == 7) CHECK_EQ(all.messages, 42u);
      }
    }
  }
}

}  // namespace
