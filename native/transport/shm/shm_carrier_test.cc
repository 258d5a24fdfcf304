#include "transport/shm/shm_carrier.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/page_buffer.h"
#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/message/message_contract.h"

namespace {

using xr::Io;
using xr::MessageShape;
using xr::ShmBells;
using xr::ShmLayout;
using xr::ShmRing;
using xr::Side;
using xr::UniqueFd;
using xr::WaitPolicy;
using xr::test::contract_shape;

/// Both ends of a memory that two processes would share, and of the socket between them.
template <WaitPolicy kWait>
class ShmWorld {
 public:
  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = true;
  static constexpr std::uint32_t kLongestBytes = 3'000'001;
  static constexpr std::size_t kMostUnderWay = 1000;

  explicit ShmWorld(MessageShape shape)
      : connections_(*std::max_element(shape.connection_of_flow.begin(),
                                       shape.connection_of_flow.end()) +
                     1),
        layout_(xr::kShmCountBytes + xr::kMessageHeadBytes + shape.longest_bytes, false),
        memory_(2 * connections_ * layout_.ring_bytes() + sizeof(ShmBells)) {
    std::memset(memory_.data(), 0, memory_.size());
    std::array<int, 2> both{};
    CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()), 0);
    for (const Side side : {Side::kClient, Side::kServer}) {
      End& end = of(side);
      end.socket = UniqueFd(both[side == Side::kClient ? 0 : 1]);
      shape.side = side;
      end.link.emplace(xr::ShmCarrier<kWait>(rings_of(side), bells(), side, end.socket.get(),
                                             end.stop),
                       shape, end.stop);
    }
  }

  xr::ShmMessages<kWait>& client() { return *ends_[0].link; }
  xr::ShmMessages<kWait>& server() { return *ends_[1].link; }
  void stop(Side side) {
    of(side).stop.set();
    wake();
  }
  void close(Side side) {
    of(side).socket.reset();
    wake();
  }

  ShmRing ring(unsigned i) { return {memory_.data() + i * layout_.ring_bytes(), layout_}; }

 private:
  struct End {
    UniqueFd socket;
    xr::StopFlag stop;
    std::optional<xr::ShmMessages<kWait>> link;
  };

  std::vector<typename xr::ShmCarrier<kWait>::Rings> rings_of(Side side) {
    const unsigned down = side == Side::kServer ? 1 : 0;
    std::vector<typename xr::ShmCarrier<kWait>::Rings> rings;
    for (unsigned i = 0; i < connections_; ++i)
      rings.push_back({ring(2 * i + down), ring(2 * i + 1 - down)});
    return rings;
  }
  ShmBells& bells() {
    return *reinterpret_cast<ShmBells*>(memory_.data() + 2 * connections_ * layout_.ring_bytes());
  }
  void wake() {
    xr::wake_sleeper(bells().client_sleeps);
    xr::wake_sleeper(bells().server_sleeps);
  }
  End& of(Side side) { return ends_[side == Side::kClient ? 0 : 1]; }

  unsigned connections_;
  ShmLayout layout_;
  xr::PageBuffer memory_;
  std::array<End, 2> ends_;
};

TEST("messages over shm: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<ShmWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over shm: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<ShmWorld<WaitPolicy::kSpin>>(false)));
}

TEST("messages over shm: a piece that says what cannot be ends it, with a fault") {
  for (const std::uint32_t lie : {0u, 1u << 20, ~0u}) {
    ShmWorld<WaitPolicy::kBlock> world(contract_shape(1000));
    std::memcpy(world.ring(0).piece(0), &lie, sizeof lie);
    world.ring(0).number(0).store(1);
    Io io = Io::kDue;
    while (io == Io::kDue || io == Io::kOk) io = world.server().wait(xr::kNoLimit);
    CHECK(io == Io::kError);
    CHECK_EQ(world.server().fault()->code, "PROTOCOL");
  }
}

TEST("messages over shm: what a peer says that it has read is held against what was sent") {
  ShmWorld<WaitPolicy::kSpin> world(contract_shape(1000));
  xr::MessageHead head{1000, 0, 0, 0, {}};
  Io io = Io::kOk;
  while ((io = world.client().offer(head)) == Io::kOk) ++head.number;
  CHECK(io == Io::kFull);
  world.ring(0).words().consumed.store(std::uint64_t{1} << 40);
  for (io = Io::kDue; io == Io::kDue;) io = world.client().wait(xr::kNoLimit);
  CHECK(io == Io::kError);
  CHECK_EQ(world.client().fault()->code, "PROTOCOL");
}

}  // namespace
