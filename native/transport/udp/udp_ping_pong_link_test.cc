#include "transport/udp/udp_ping_pong_link.h"

#include <sys/socket.h>

#include <array>

#include "base/unique_fd.h"
#include "test/test.h"

namespace {

using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::WaitPolicy;

/// Two ends of one machine, of which one takes a few messages and then no more until they are read:
/// datagrams that the own stack refuses, at will.
struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    CHECK_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    fds = {xr::UniqueFd(ends[0]), xr::UniqueFd(ends[1])};
  }
  std::array<xr::UniqueFd, 2> fds;
};

using Link = xr::UdpPingPongLink<WaitPolicy::kSpin>;

TEST("udp ping-pong: what the own stack does not take is refused, and counted as lost") {
  const Pair pair;
  const xr::StopFlag stop;
  Link link(pair.fds[0].get(), 64, kNsPerMs, kNsPerSec, false, stop);
  std::uint64_t sent = 0;
  Io io = Io::kOk;
  while (io == Io::kOk && sent < 100'000) {
    io = link.send_request();
    sent += io == Io::kOk;
  }
  CHECK(io == Io::kRefused);
  CHECK_EQ(link.counters().lost, 1u);
  CHECK(link.send_request() == Io::kRefused);
  CHECK_EQ(link.counters().lost, 2u);
}

TEST("udp ping-pong: an answer that does not come in time is lost, and the run goes on") {
  const Pair pair;
  const xr::StopFlag stop;
  Link link(pair.fds[0].get(), 64, kNsPerMs, kNsPerSec, false, stop);
  CHECK(link.send_request() == Io::kOk);
  CHECK(link.receive_reply() == Io::kLost);
  CHECK_EQ(link.counters().lost, 1u);
}

TEST("udp ping-pong: a responder whose answer is refused goes on") {
  const Pair pair;
  const xr::StopFlag stop;
  Link link(pair.fds[0].get(), 64, kNsPerMs, kNsPerSec, false, stop);
  const std::array<std::uint8_t, 64> message{};
  for (int i = 0; i < 1000; ++i) {
    CHECK_EQ(::send(pair.fds[1].get(), message.data(), message.size(), 0), 64);
    CHECK(link.receive_request() == Io::kOk);
    CHECK(link.send_reply() == Io::kOk);
  }
  link.refresh();
  CHECK(link.counters().local_drops > 0);
  CHECK_EQ(link.counters().lost, 0u);
}

}  // namespace
