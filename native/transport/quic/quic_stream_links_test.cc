#include "transport/quic/quic_stream_links.h"

#include <array>

#include "test/test.h"
#include "transport/quic/quic_simulation.h"
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

/// A sender whose peer has opened every window wide, and whose packets go into a socket of which
/// nobody reads.
struct Sender {
  Sender(std::uint64_t message_bytes, unsigned streams, bool segmenting = true)
      : simulation({0, 0, 0, 5 * kNsPerMs}, 1, [](xr::QuicSetup& client, xr::QuicSetup& server) {
          client.options.window_bytes = server.options.window_bytes = 64 << 20;
        }) {
    CHECK(simulation.establish());
    // Long enough for a congestion window of many runs.
    CHECK(simulation.transfer(some_bytes(std::size_t{4} << 20), kNothing));
    simulation.run(kNsPerSec, [] { return false; });
    spec.message_bytes = message_bytes;
    spec.workload = xr::Workload::kStream;
    spec.idle_timeout_ns = kNsPerSec;
    for (xr::UniqueFd& fd : fds) {
      fd = xr::UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      const xr::SocketAddress any = xr::parse_address("127.0.0.1", 0);
      CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
    }
    const xr::SocketAddress to = xr::local_address_of(fds[0].get());
    CHECK_EQ(::connect(fds[1].get(), to.get(), to.length), 0);
    lane.fd = std::move(fds[1]);
    lane.connection = std::move(simulation.client);
    lane.segmenting = segmenting;
    for (unsigned i = 0; i < streams; ++i)
      lane.streams.push_back(lane.connection->open_uni_stream());
  }

  QuicSimulation simulation;
  EndpointSpec spec;
  std::array<xr::UniqueFd, 2> fds;
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
    CHECK_EQ(sender.lane.send_calls, 1u);
    CHECK_EQ(sender.lane.packets_sent, xr::kMaxSendBytes / 1452);
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
