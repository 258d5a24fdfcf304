#include "transport/udp/udp_ping_pong_link.h"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "test/drip.h"
#include "test/test.h"
#include "transport/socket/options.h"

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
  Link link(pair.fds[0].get(), 64, 0, kNsPerMs, kNsPerSec, false, stop);
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

TEST("udp ping-pong: neither end takes a stranger's for the peer's") {
  constexpr std::uint64_t kBase = 0x0123'4567'89ab'cdef;
  const Pair pair;
  const xr::StopFlag stop;
  Link client(pair.fds[0].get(), 64, kBase, kNsPerSec, kNsPerSec, false, stop);
  Link server(pair.fds[1].get(), 64, kBase, kNsPerSec, kNsPerSec, false, stop);
  const auto foreign = [&](int from, std::uint64_t number) {
    std::array<std::uint8_t, 64> message{};
    xr::write_sequence(message.data(), number, 8);
    CHECK_EQ(::send(pair.fds[static_cast<std::size_t>(from)].get(), message.data(), 64, 0), 64);
  };
  for (int round = 0; round < 3; ++round) {
    foreign(0, std::uint64_t{1} << 62);
    CHECK(client.send_request() == Io::kOk);
    CHECK(server.receive_request() == Io::kOk);
    foreign(1, 0);
    CHECK(server.send_reply() == Io::kOk);
    CHECK(client.receive_reply() == Io::kOk);
  }
  for (Link* link : {&client, &server}) {
    link->refresh();
    const xr::Counters& counters = link->counters();
    CHECK_EQ(counters.strangers, 3u);
    CHECK_EQ(counters.lost + counters.late + counters.duplicates, 0u);
  }
}

TEST("udp ping-pong: an answer that does not come in time is lost, and the run goes on") {
  const Pair pair;
  const xr::StopFlag stop;
  Link link(pair.fds[0].get(), 64, 0, kNsPerMs, kNsPerSec, false, stop);
  CHECK(link.send_request() == Io::kOk);
  CHECK(link.receive_reply() == Io::kLost);
  CHECK_EQ(link.counters().lost, 1u);
}

/// A wait for a message of 64 bytes, and four strays in each timeout, which end by themselves long
/// after.
template <WaitPolicy kWait>
void check_bounded(std::size_t stray_bytes, bool initiates) {
  constexpr std::uint64_t kTimeoutNs = 40 * kNsPerMs;
  constexpr unsigned kMostStrays = 600;
  const Pair pair;
  const int fd = pair.fds[0].get();
  xr::set_socket_timeouts(fd, kTimeoutNs, kNsPerSec);
  const xr::StopFlag stop;
  xr::UdpPingPongLink<kWait> link(fd, 64, 0, kTimeoutNs, initiates ? kNsPerSec : kTimeoutNs, false,
                                  stop);
  // Of its own length a number that is nobody's.
  const std::vector<std::uint8_t> stray(stray_bytes, 0xff);
  const xr::test::Drip drip(xr::test::sending(pair.fds[1].get(), stray), kTimeoutNs / 4,
                            kMostStrays);
  if (initiates) {
    CHECK(link.send_request() == Io::kOk);
    CHECK(link.receive_reply() == Io::kLost);
    CHECK_EQ(link.counters().lost, 1u);
  } else {
    CHECK(link.receive_request() == Io::kStalled);
    CHECK_EQ(link.failure().op, std::string("recv"));
  }
  link.refresh();
  // How many fit into twice the timeout, and as many again for a machine that is slow.
  CHECK(link.counters().strangers >= 1);
  CHECK(link.counters().strangers <= 16);
}

TEST("udp ping-pong: strays put off the end of a wait at neither end, sleeping or spinning") {
  for (const std::size_t stray_bytes : {0u, 63u, 64u}) {
    for (const bool initiates : {true, false}) {
      check_bounded<WaitPolicy::kBlock>(stray_bytes, initiates);
      check_bounded<WaitPolicy::kSpin>(stray_bytes, initiates);
    }
  }
}

TEST("udp ping-pong: who answers late is there, however late") {
  const Pair pair;
  const xr::StopFlag stop;
  // Three that are lost in a row would be a peer that is gone.
  Link link(pair.fds[0].get(), 64, 0, kNsPerMs, 3 * kNsPerMs, false, stop);
  std::array<std::uint8_t, 64> answer{};
  for (std::uint64_t number = 0; number < 10; ++number) {
    CHECK(link.send_request() == Io::kOk);
    CHECK_EQ(::recv(pair.fds[1].get(), answer.data(), answer.size(), 0), 64);
    // That to the message before.
    if (number > 0) {
      xr::write_sequence(answer.data(), number - 1, 8);
      CHECK_EQ(::send(pair.fds[1].get(), answer.data(), answer.size(), 0), 64);
    }
    CHECK(link.receive_reply() == Io::kLost);
  }
  CHECK_EQ(link.counters().late, 9u);
  CHECK_EQ(link.counters().lost, 10u);
}

TEST("udp ping-pong: a responder whose answer is refused goes on") {
  const Pair pair;
  const xr::StopFlag stop;
  Link link(pair.fds[0].get(), 64, 0, kNsPerMs, kNsPerSec, false, stop);
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
