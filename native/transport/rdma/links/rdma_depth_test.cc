#include <atomic>
#include <vector>

#include "transport/rdma/links/lane_pair.h"
#include "transport/rdma/links/stream_receiver_links.h"
#include "transport/rdma/links/stream_sender_link.h"

// Many messages under way at once.

namespace {

using namespace xr;
using test::check_no_fault;
using test::LanePair;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;
using test::text_of;

constexpr unsigned kDeep = 512;

/// Each message has a mark after it, as those from 1 MiB on have by themselves.
EndpointSpec deep_writes(std::optional<int> inline_bytes) {
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  spec.workload = Workload::kStream;
  spec.of<xr::RdmaOptions>().verify = true;
  spec.of<xr::RdmaOptions>().tx_depth = kDeep;
  spec.of<xr::RdmaOptions>().signal_every = 1;
  spec.of<xr::RdmaOptions>().post_list = 1;
  spec.of<xr::RdmaOptions>().inline_bytes = inline_bytes;
  return spec;
}

std::uint64_t mark_at(const Lane& lane) {
  auto* word = reinterpret_cast<std::uint64_t*>(lane.memory() + kProgressOffset);
  return std::atomic_ref<std::uint64_t>(*word).load(std::memory_order_acquire);
}

/// All messages are posted while nothing is answered. Then the peer comes up, and refuses the first
/// that lies behind its memory: the last mark before is of those that came.
void check_marks(const EndpointSpec& spec) {
  LanePair pair(spec, Role::kSender, Role::kReceiver);
  const LaneShape& shape = pair.server.shape();
  const std::size_t registered = (shape.total_bytes + 4095) / 4096 * 4096;
  const std::uint64_t fit = (registered - kControlBytes) / shape.stride;
  CHECK(fit < kDeep / 2);
  LaneAddress boundless = pair.server.address();
  boundless.window_bytes = static_cast<std::uint32_t>(kControlBytes + kDeep * shape.stride);
  const RdmaBlob own = pair.description();
  pair.client.connect(pair.port, pair.domain.get(), own, own, boundless, IBV_MTU_1024);

  const Waker waker;
  StreamSenderLink<WaitPolicy::kSpin> sender(pair.client, spec, waker);
  for (unsigned i = 0; i < kDeep; ++i) CHECK(sender.send_some(1) == Io::kOk);
  CHECK_EQ(mark_at(pair.server), 0u);
  pair.server.connect(pair.port, pair.domain.get(), own, own, pair.client.address(), IBV_MTU_1024);

  Completions<WaitPolicy::kSpin> completions(pair.client, waker);
  const ibv_wc* done = nullptr;
  do {
    CHECK(completions.next(done, 30 * kNsPerSec) == Io::kOk);
  } while (done->status == IBV_WC_SUCCESS);
  CHECK_EQ(done->status, IBV_WC_REM_ACCESS_ERR);
  CHECK_EQ(mark_at(pair.server), fit);
}

TEST("rdma device: no mark of a deep write stream announces what has not arrived") {
  need_rdma();
  check_marks(deep_writes(std::nullopt));
  // As with a device that copies nothing into work requests.
  check_marks(deep_writes(0));
}

TEST("rdma device: verified streams with more under way than 256") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite,
                               RdmaOperation::kWriteImm, RdmaOperation::kRead}) {
    for (const int depth : {512, 8192}) {
      EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kBlock);
      spec.workload = Workload::kStream;
      spec.of<xr::RdmaOptions>().verify = true;
      spec.of<xr::RdmaOptions>().tx_depth = depth;
      spec.of<xr::RdmaOptions>().rx_depth = depth;
      // One completion and one mark for all that fits, and for each.
      spec.of<xr::RdmaOptions>().signal_every = depth == 512 ? 1 : depth / 2;
      spec.of<xr::RdmaOptions>().post_list = depth / 4;
      spec.phases.iterations = 3 * static_cast<unsigned>(depth);
      RdmaPair pair(spec);
      pair.connect();
      const auto [client, server] = pair.run();
      check_no_fault(spec, client);
      check_no_fault(spec, server);
      const auto& end = server.links.at(0).marks.back().counters;
      if (end.messages < spec.phases.iterations) throw std::runtime_error(text_of(spec));
      CHECK_EQ(server.effective.rdma->operation, name_of(operation));
      CHECK_EQ(client.effective.rdma->tx_depth, depth);
    }
  }
}

}  // namespace
