#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/message/message_shape.h"
#include "transport/shm/shm_bytes.h"
#include "transport/shm/shm_carrier.h"
#include "workload/message_head.h"

// What reads the words that a peer writes into shared memory, and what it may make of them.

namespace {

using xr::Io;
using xr::ShmBells;
using xr::ShmLayout;
using xr::ShmRing;
using xr::Side;
using xr::UniqueFd;
using xr::WaitPolicy;
using xr::test::Bytes;
using xr::test::fuzz;
using xr::test::fuzz_inputs;

/// Memory of the heap, so that a sanitizer sees what leads out of it.
class Shared {
 public:
  explicit Shared(const ShmLayout& layout)
      : layout_(layout),
        bytes_(2 * layout.ring_bytes() + sizeof(ShmBells)),
        memory_(static_cast<std::uint8_t*>(std::aligned_alloc(xr::kShmApartBytes, bytes_))) {
    CHECK(memory_ != nullptr);
    wipe();
    std::array<int, 2> both{};
    CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()), 0);
    alive = UniqueFd(both[0]);
    peer = UniqueFd(both[1]);
  }

  void wipe() { std::memset(memory_.get(), 0, bytes_); }
  ShmRing ring(unsigned i) { return {memory_.get() + i * layout_.ring_bytes(), layout_}; }
  ShmBells& bells() {
    return *reinterpret_cast<ShmBells*>(memory_.get() + 2 * layout_.ring_bytes());
  }

  /// What a peer has written of its ring, and that it has read so much of the other one.
  Bytes said(unsigned from, std::size_t some_of_piece) {
    Bytes bytes;
    append(bytes, ring(1 - from).words().consumed.load());
    for (std::uint64_t slot = 0; slot < kSlots; ++slot) {
      append(bytes, ring(from).number(slot).load());
      const std::uint8_t* piece = ring(from).piece(slot);
      bytes.insert(bytes.end(), piece, piece + some_of_piece);
    }
    return bytes;
  }

  /// The same the other way round; what is not told stays as it is.
  void say(const Bytes& bytes, unsigned from, std::size_t some_of_piece) {
    std::size_t at = 0;
    const auto take = [&](void* to, std::size_t length) {
      const std::size_t some = std::min(length, bytes.size() - at);
      std::memcpy(to, bytes.data() + at, some);
      at += some;
    };
    std::uint64_t word = 0;
    take(&word, sizeof word);
    ring(1 - from).words().consumed.store(word);
    for (std::uint64_t slot = 0; slot < kSlots && at < bytes.size(); ++slot) {
      word = 0;
      take(&word, sizeof word);
      ring(from).number(slot).store(word);
      take(ring(from).piece(slot), some_of_piece);
    }
  }

  UniqueFd alive;
  UniqueFd peer;
  xr::StopFlag stop;

 private:
  static constexpr std::uint64_t kSlots = 8;

  struct Free {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };

  static void append(Bytes& bytes, std::uint64_t word) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&word);
    bytes.insert(bytes.end(), from, from + sizeof word);
  }

  ShmLayout layout_;
  std::size_t bytes_;
  std::unique_ptr<std::uint8_t, Free> memory_;
};

constexpr unsigned kUp = 0;
constexpr unsigned kDown = 1;

TEST("fuzz: messages that a peer has written into shared memory") {
  xr::MessageShape shape;
  shape.longest_bytes = 100;
  shape.connection_of_flow = {0, 0};
  shape.idle_timeout_ns = xr::kNsPerSec;
  const ShmLayout layout(xr::kShmCountBytes + xr::kMessageHeadBytes + shape.longest_bytes, false);
  // A head, and some of what follows it.
  constexpr std::size_t kSome = xr::kShmCountBytes + xr::kMessageHeadBytes + 8;
  Shared shared(layout);
  using Carrier = xr::ShmCarrier<WaitPolicy::kSpin>;
  const auto end = [&](Side side) {
    shape.side = side;
    const unsigned out = side == Side::kClient ? kUp : kDown;
    return xr::ShmMessages<WaitPolicy::kSpin>(
        Carrier(std::vector<Carrier::Rings>{{shared.ring(out), shared.ring(1 - out)}},
                shared.bells(), side, shared.alive.get(), shared.stop),
        shape, shared.stop);
  };
  std::vector<Bytes> good;
  for (const unsigned count : {1u, 3u, 8u}) {
    shared.wipe();
    auto client = end(Side::kClient);
    for (unsigned i = 0; i < count; ++i)
      CHECK(client.offer({i * 12, i % 2, i / 2, 1, {}}) == Io::kOk);
    good.push_back(shared.said(kUp, kSome));
  }
  std::uint64_t arrived = 0;
  fuzz("shm-messages", good, fuzz_inputs(2'000), [&](const Bytes& bytes) {
    shared.wipe();
    auto server = end(Side::kServer);
    // What it has sent the peer may say that it has read, or more than that.
    CHECK(server.offer({1, 0, 0, 1, {}}) == Io::kOk);
    shared.say(bytes, kUp, kSome);
    for (std::uint64_t turn = 0;; ++turn) {
      // Each takes a slot at least, or is the last.
      CHECK(turn <= 2 * layout.slots);
      const Io io = server.wait(0);
      for (const xr::MessageHead& head : server.arrivals()) CHECK(shape.allows(head, 0));
      arrived += server.arrivals().size();
      server.taken(server.arrivals().size());
      if (io == Io::kError) {
        CHECK(server.fault().has_value());
        return;
      }
      if (io == Io::kDue) break;
      CHECK(io == Io::kOk);
    }
    for (std::uint64_t i = 0; i <= layout.slots; ++i) {
      const Io io = server.offer({1, 0, i + 1, 1, {}});
      if (io == Io::kFull) return;
      if (io == Io::kError) {
        CHECK_EQ(server.fault()->code, "PROTOCOL");
        return;
      }
      CHECK(io == Io::kOk);
    }
  });
  CHECK(arrived > 0);
}

TEST("fuzz: a stream that a peer has written into shared memory") {
  xr::EndpointSpec spec;
  spec.message_bytes = 24;
  spec.idle_timeout_ns = xr::kNsPerSec;
  const ShmLayout layout(spec.message_bytes, false);
  Shared shared(layout);
  const auto link = [&](xr::Role role) {
    return xr::ShmLink<WaitPolicy::kSpin>(
        {shared.ring(kDown), shared.ring(kUp), shared.alive.get(), spec, shared.stop}, spec, role,
        shared.stop);
  };
  std::vector<Bytes> good;
  for (const std::uint64_t count : {1u, 8u}) {
    shared.wipe();
    for (std::uint64_t i = 0; i < count; ++i) shared.ring(kUp).number(i).store(i + 1);
    shared.ring(kDown).words().consumed.store(count);
    good.push_back(shared.said(kUp, 4));
  }
  // It is gone when it has said this.
  shared.peer.reset();
  std::uint64_t arrived = 0;
  fuzz("shm-stream", good, fuzz_inputs(3'000), [&](const Bytes& bytes) {
    for (const xr::Role role : {xr::Role::kReceiver, xr::Role::kSender}) {
      shared.wipe();
      auto end = link(role);
      const bool receives = role == xr::Role::kReceiver;
      if (receives) shared.say(bytes, kUp, 4);
      Io io = Io::kOk;
      for (std::uint64_t turn = 0; io == Io::kOk; ++turn) {
        CHECK(turn <= 3 * layout.slots);
        if (turn == layout.slots && !receives) shared.say(bytes, kUp, 4);
        io = receives ? end.receive_some() : end.send_some(1);
      }
      CHECK(io == Io::kClosed || io == Io::kError);
      if (io == Io::kError) CHECK_EQ(end.fault()->code, "PROTOCOL");
      const xr::Counters& counters = end.counters();
      CHECK_EQ(counters.bytes / spec.message_bytes, counters.messages);
      // As many as there are slots, and once more where they are said to be free.
      CHECK(counters.messages <= 2 * layout.slots);
      if (receives) arrived += counters.messages;
    }
  });
  CHECK(arrived > 0);
}

}  // namespace
