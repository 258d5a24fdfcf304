#include <cstdint>

#include "base/units.h"
#include "transport/rdma/links/lane_pair.h"
#include "transport/rdma/links/link_for.h"

// Others on the same network, who have come to know what only the two ends should.

namespace {

using namespace xr;
using test::code_of;
using test::LanePair;
using test::need_rdma;
using test::RawSender;
using test::rdma_spec;
using test::RdmaPair;

TEST("rdma device: nothing goes to another host than that of the session, whatever it says") {
  need_rdma();
  for (const auto type : {QueuePairType::kRc, QueuePairType::kUd}) {
    EndpointSpec spec = rdma_spec(type, RdmaOperation::kSend, WaitPolicy::kSpin);
    spec.peer_address = "192.0.2.1";
    CHECK_EQ(code_of([&] { RdmaPair(spec).connect(); }), "RDMA_FOREIGN_GID");
    // Within this machine each of its addresses will do; where a GID is named, any.
    spec.peer_address = "127.0.0.1";
    CHECK_EQ(code_of([&] { RdmaPair(spec).connect(); }), "");
    RdmaPair pair(spec);
    // 44 bytes come before the GID in the description.
    pair.for_server[44 - 16 + 15] ^= 1;
    CHECK_EQ(code_of([&] { pair.connect(); }), "RDMA_FOREIGN_GID");
  }
}

TEST("rdma device: datagrams of another queue pair are strangers', though they have the key") {
  need_rdma();
  const EndpointSpec spec = rdma_spec(QueuePairType::kUd, RdmaOperation::kSend, WaitPolicy::kSpin);
  LanePair pair(spec, Role::kSender, Role::kReceiver);
  pair.connect();
  Lane other(pair.port, pair.domain.get(), spec, Role::kSender, LanePair::kQueueKey);
  const RdmaBlob own = pair.description();
  other.connect(pair.port, pair.domain.get(), own, own, pair.server.address(), IBV_MTU_1024);
  const Waker waker;
  RawSender stranger(other, spec, waker);
  RawSender sender(pair.client, spec, waker);
  MessageReceiverLink<WaitPolicy::kSpin, true> link(pair.server, spec, waker);
  const std::uint32_t first = first_number(spec, pair.client.address());
  stranger.post(first);
  CHECK(stranger.status() == IBV_WC_SUCCESS);
  sender.post(first);
  sender.post(first + 1);
  while (link.counters().messages < 2) CHECK(link.receive_some() == Io::kOk);
  CHECK_EQ(link.counters().strangers, 1u);
  CHECK_EQ(link.counters().lost + link.counters().duplicates, 0u);
}

}  // namespace
