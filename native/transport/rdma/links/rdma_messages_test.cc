#include "transport/rdma/links/rdma_messages.h"

#include <algorithm>
#include <future>
#include <optional>
#include <string>

#include "base/error.h"
#include "test/test.h"
#include "transport/message/joined_world.h"
#include "transport/message/message_contract.h"
#include "transport/rdma/links/lane_pair.h"
#include "transport/rdma/rdma_pair.h"

namespace {

using xr::EndpointSpec;
using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::MessageShape;
using xr::QueuePairType;
using xr::RdmaOperation;
using xr::Role;
using xr::RunStatus;
using xr::Side;
using xr::WaitPolicy;
using xr::Workload;

EndpointSpec rr_spec(QueuePairType type, RdmaOperation operation, WaitPolicy wait,
                     std::uint64_t longest_bytes) {
  EndpointSpec spec = xr::test::rdma_spec(type, operation, wait);
  spec.workload = Workload::kRr;
  spec.message_bytes = spec.rr.response_bytes = longest_bytes;
  return spec;
}

/// Two links of this process over one pair of queue pairs.
template <WaitPolicy kWait, bool kLossy, QueuePairType kType, RdmaOperation kOperation>
class RdmaWorld {
 public:
  using Link = xr::RdmaMessages<kWait, kLossy>;

  // That an end has gone the session tells; a device tells who sends to it (rdma_death_test.cc).
  static constexpr bool kTellsClosed = false;
  static constexpr bool kTellsFull = !kLossy;
  static constexpr std::uint32_t kLongestBytes = 100'000;
  static constexpr std::size_t kMostUnderWay = kLossy ? 1 : 64;
  static constexpr std::uint32_t kMostConnections = 1;

  explicit RdmaWorld(MessageShape shape)
      : spec_(rr_spec(kType, kOperation, kWait, shape.longest_bytes)),
        lanes_(spec_, Role::kInitiator, Role::kResponder) {
    lanes_.connect();
    client_.emplace(lanes_.client, spec_, shape, wakers_[0]);
    server_.emplace(lanes_.server, spec_, shape, wakers_[1]);
  }

  auto& client() { return *client_; }
  auto& server() { return *server_; }
  void stop(Side side) { wakers_[side == Side::kClient ? 0 : 1].stop(); }

 private:
  EndpointSpec spec_;
  std::array<xr::Waker, 2> wakers_;
  xr::test::LanePair lanes_;
  std::optional<Link> client_;
  std::optional<Link> server_;
};

/// Several queue pairs on one thread.
template <WaitPolicy kWait, bool kLossy, QueuePairType kType, RdmaOperation kOperation>
using Joined = xr::test::JoinedWorld<RdmaWorld<kWait, kLossy, kType, kOperation>, kWait>;

template <class World>
void check_contract(bool sleeps) {
  CHECK(xr::test::keeps_message_contract<World>(sleeps));
}

constexpr auto kSpin = WaitPolicy::kSpin;
constexpr auto kBlock = WaitPolicy::kBlock;
constexpr auto kRc = QueuePairType::kRc;
constexpr auto kUc = QueuePairType::kUc;
constexpr auto kUd = QueuePairType::kUd;
constexpr auto kSend = RdmaOperation::kSend;
constexpr auto kWriteImm = RdmaOperation::kWriteImm;

TEST("rdma messages device: the contract, rc send, sleeping and spinning") {
  xr::test::need_rdma();
  check_contract<RdmaWorld<kBlock, false, kRc, kSend>>(true);
  check_contract<RdmaWorld<kSpin, false, kRc, kSend>>(false);
}

TEST("rdma messages device: the contract, rc write-imm") {
  xr::test::need_rdma();
  check_contract<RdmaWorld<kBlock, false, kRc, kWriteImm>>(true);
  check_contract<RdmaWorld<kSpin, false, kRc, kWriteImm>>(false);
}

TEST("rdma messages device: the contract, uc and ud, cut into packets") {
  xr::test::need_rdma();
  check_contract<RdmaWorld<kBlock, true, kUc, kSend>>(true);
  check_contract<RdmaWorld<kSpin, true, kUd, kSend>>(false);
}

TEST("rdma messages device: the contract over many queue pairs") {
  xr::test::need_rdma();
  check_contract<Joined<kBlock, false, kRc, kSend>>(true);
  check_contract<Joined<kSpin, false, kRc, kSend>>(false);
  check_contract<Joined<kBlock, true, kUd, kSend>>(true);
}

TEST("rdma messages device: rr, several under way, each queue pair and operation") {
  xr::test::need_rdma();
  struct Kind {
    QueuePairType type;
    RdmaOperation operation;
  };
  for (const auto& [type, operation] :
       {Kind{kRc, kSend}, Kind{kRc, kWriteImm}, Kind{kUc, kSend}, Kind{kUd, kSend}}) {
    for (const auto wait : {kSpin, kBlock}) {
      for (const unsigned inflight : {1u, 40u}) {
        EndpointSpec spec = rr_spec(type, operation, wait, 64);
        spec.rr.response_bytes = 5000;
        spec.rr.inflight = inflight;
        spec.verify = true;
        spec.phases.iterations = 400;
        xr::test::RdmaPair pair(spec);
        pair.connect();
        const auto [client, server] = pair.run();
        if (client.fault) xr::test::fail(__FILE__, __LINE__, client.fault->message);
        CHECK(client.status == RunStatus::kCompleted);
        const auto& end = client.links[0].marks.back().counters;
        CHECK_EQ(end.messages + end.lost, 400u);
        CHECK_EQ(end.bytes, end.messages * 5000);
        CHECK(client.effective.header_bytes.value_or(0) >=
              xr::kMessageHeadBytes + xr::kFragmentHeadBytes);
      }
    }
  }
}

TEST("rdma messages device: a write that is longer than its slot ends it, whatever it holds") {
  xr::test::need_rdma();
  const EndpointSpec spec = rr_spec(kRc, kWriteImm, kSpin, 1000);
  xr::test::LanePair lanes(spec, Role::kInitiator, Role::kResponder);
  lanes.connect();
  const xr::Waker waker;
  xr::RdmaMessages<kSpin, false> link(lanes.server, spec, xr::test::contract_shape(1000), waker);
  xr::test::RawSender sender(lanes.client, spec, waker);
  sender.length(2 * lanes.client.shape().stride);
  sender.post(0);
  CHECK(sender.status() == IBV_WC_SUCCESS);
  Io io = Io::kDue;
  while (io == Io::kDue || io == Io::kOk) io = link.wait(xr::kNoLimit);
  CHECK(io == Io::kError);
  CHECK_EQ(link.fault()->code, "BAD_MESSAGE");
}

TEST("rdma messages device: receives that do not fit the memory of the peer are refused") {
  xr::test::need_rdma();
  EndpointSpec spec = rr_spec(kRc, kWriteImm, kSpin, 64);
  xr::test::RdmaPair pair(spec);
  auto blob = xr::decode_rdma_blob(pair.for_client, 1);
  for (const std::uint32_t depth : {0u, 7u, 1u << 20}) {
    blob.lanes[0].rx_depth = depth;
    CHECK_EQ(xr::test::code_of([&] { pair.client->connect(xr::encode_rdma_blob(blob)); }),
             "BAD_BLOB");
  }
}

TEST("rdma messages: what cannot carry requests is refused") {
  const auto code = [](QueuePairType type, RdmaOperation operation) {
    const EndpointSpec spec = rr_spec(type, operation, kSpin, 64);
    return xr::test::code_of([&] { xr::check_rdma_spec(spec); });
  };
  CHECK_EQ(code(kRc, kSend), "");
  CHECK_EQ(code(kUd, kSend), "");
  CHECK_EQ(code(kRc, kWriteImm), "");
  CHECK_EQ(code(kUc, kWriteImm), "BAD_SPEC");
  CHECK_EQ(code(kRc, RdmaOperation::kWrite), "BAD_SPEC");
  CHECK_EQ(code(kRc, RdmaOperation::kRead), "BAD_SPEC");
}

}  // namespace
