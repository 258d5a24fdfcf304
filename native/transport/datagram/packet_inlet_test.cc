#include "transport/datagram/packet_inlet.h"

#include <array>
#include <vector>

#include "base/unique_fd.h"
#include "test/drip.h"
#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/socket/address.h"
#include "transport/socket/options.h"

namespace {

using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::WaitPolicy;

/// A socket to which another one sends.
struct Sockets {
  Sockets() {
    xr::set_socket_timeouts(fds[0].get(), xr::kPacketNapNs, kNsPerSec);
  }
  void send() { CHECK_EQ(::send(fds[1].get(), "x", 1, 0), 1); }
  std::array<xr::UniqueFd, 2> fds = xr::test::udp_pair();
};

constexpr auto kTake = [](const std::uint8_t*, std::size_t, std::uint64_t) { return Io::kOk; };
constexpr std::uint64_t kTimerNs = 5 * kNsPerMs;
constexpr std::uint64_t kLimitNs = 50 * kNsPerMs;

template <WaitPolicy kWait>
struct Inlet {
  explicit Inlet(bool bulk) : inlet(sockets.fds[0].get(), bulk, 1500, false, stop, failure) {}

  /// How many timers were due, one `kTimerNs` after the other, before the peer counted as silent.
  unsigned timers_until_stall() {
    for (unsigned timers = 0; timers < 100; ++timers) {
      const Io io = inlet.wait(xr::monotonic_raw_ns() + kTimerNs, kLimitNs, kTake);
      if (io == Io::kStalled) return timers;
      CHECK(io == Io::kDue);
    }
    return 100;
  }

  Sockets sockets;
  xr::StopFlag stop;
  xr::IoFailure failure;
  xr::PacketInlet<kWait> inlet;
};

template <WaitPolicy kWait>
void stalls_with_timers() {
  for (const bool bulk : {false, true}) {
    Inlet<kWait> end(bulk);
    // Each of them took its time at least: what a slow machine adds only makes them fewer.
    CHECK(end.timers_until_stall() <= kLimitNs / kTimerNs);
    // What is asked for next has its own time.
    CHECK(end.timers_until_stall() > 0);
    end.sockets.send();
    CHECK(end.inlet.wait(xr::monotonic_raw_ns() + kNsPerSec, 10 * kNsPerSec, kTake) == Io::kOk);
    CHECK(end.timers_until_stall() <= kLimitNs / kTimerNs);
  }
}

TEST("packet inlet: timers that are due meanwhile do not put off that a peer is silent") {
  stalls_with_timers<WaitPolicy::kBlock>();
  stalls_with_timers<WaitPolicy::kSpin>();
}

TEST("packet inlet: a sign of life, waited for or polled, begins the silence anew") {
  for (const bool polls : {false, true}) {
    Inlet<WaitPolicy::kBlock> end(false);
    const auto take = [&](const std::uint8_t*, std::size_t, std::uint64_t) {
      end.inlet.note_life();
      return Io::kOk;
    };
    const std::uint64_t began_ns = xr::monotonic_raw_ns();
    // Four limits long in all.
    while (xr::monotonic_raw_ns() - began_ns < 4 * kLimitNs) {
      CHECK(end.inlet.wait(xr::monotonic_raw_ns() + kTimerNs, 100 * kLimitNs, take) == Io::kDue);
      end.sockets.send();
      CHECK((polls ? end.inlet.poll(take)
                   : end.inlet.wait(~std::uint64_t{0}, kNsPerSec, take)) == Io::kOk);
    }
    // A silence of its own.
    CHECK(end.inlet.wait(xr::monotonic_raw_ns(), kNsPerSec, take) == Io::kDue);
  }
}

/// Packets come four in each limit, and end by themselves long after.
template <WaitPolicy kWait>
void stalls_with_packets(Io meaning, bool bulk) {
  Inlet<kWait> end(bulk);
  const std::vector<std::uint8_t> packet(1, 'x');
  const xr::test::Drip drip(xr::test::sending(end.sockets.fds[1].get(), packet), kLimitNs / 4, 600);
  const auto take = [&](const std::uint8_t*, std::size_t, std::uint64_t) { return meaning; };
  Io io = Io::kOk;
  while (io == Io::kOk) {
    io = end.inlet.wait(~std::uint64_t{0}, kLimitNs, take);
    if (io == Io::kOk) io = end.inlet.still_patient(kLimitNs);
  }
  CHECK(io == Io::kStalled);
  // How many fit into two limits, and as many again for a machine that is slow.
  // Long before the drip ends by itself, on a busy machine too.
  CHECK(end.inlet.packets() <= 300);
}

TEST("packet inlet: packets that are no sign of life do not put off that a peer is silent") {
  for (const bool bulk : {false, true}) {
    for (const Io meaning : {Io::kNothing, Io::kOk}) {
      stalls_with_packets<WaitPolicy::kBlock>(meaning, bulk);
      stalls_with_packets<WaitPolicy::kSpin>(meaning, bulk);
    }
  }
}

TEST("packet inlet: of several packets at a time one that counts is enough") {
  Inlet<WaitPolicy::kSpin> end(true);
  unsigned taken = 0;
  const auto take = [&](const std::uint8_t*, std::size_t, std::uint64_t) {
    return taken++ == 0 ? Io::kOk : Io::kNothing;
  };
  for (int i = 0; i < 3; ++i) end.sockets.send();
  CHECK(end.inlet.wait(~std::uint64_t{0}, kNsPerSec, take) == Io::kOk);
  CHECK_EQ(taken, 3u);
}

TEST("packet inlet: nothing there, a time that came, a packet and a stop are told apart") {
  for (const bool bulk : {false, true}) {
    Inlet<WaitPolicy::kSpin> end(bulk);
    CHECK(end.inlet.poll(kTake) == Io::kNothing);
    CHECK(end.inlet.wait(xr::monotonic_raw_ns(), kNsPerSec, kTake) == Io::kDue);
    end.sockets.send();
    CHECK(end.inlet.wait(xr::monotonic_raw_ns() + kNsPerSec, kNsPerSec, kTake) == Io::kOk);
    CHECK(end.inlet.poll(kTake) == Io::kNothing);
    end.stop.set();
    CHECK(end.inlet.wait(xr::monotonic_raw_ns() + kNsPerSec, kNsPerSec, kTake) == Io::kStopped);
  }
}

}  // namespace
