#include <atomic>
#include <cstdint>
#include <string>

#include "base/units.h"
#include "test/drip.h"
#include "transport/rdma/connect/cm_address.h"
#include "transport/rdma/connect/peer_gid.h"
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

TEST("rdma strangers: over InfiniBand a LID shows nothing, and rdma_cm or a named GID is wanted") {
  EndpointSpec spec = rdma_spec(QueuePairType::kUd, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.local_address = "192.0.2.7";
  ChosenPort port;
  port.attributes.link_layer = IBV_LINK_LAYER_INFINIBAND;
  port.attributes.lid = 3;
  RdmaBlob peer;
  peer.lid = 17;
  const auto code = [&] { return code_of([&] { check_peer_host(spec, port, peer); }); };
  // Without a host there is no session between machines.
  CHECK_EQ(code(), "");
  spec.peer_address = "192.0.2.1";
  CHECK_EQ(code(), "RDMA_FOREIGN_GID");
  // Its own it knows, of another end on this machine.
  peer.lid = 3;
  CHECK_EQ(code(), "RDMA_FOREIGN_GID");
  spec.peer_address = spec.local_address;
  CHECK_EQ(code(), "");
  peer.lid = 17;
  CHECK_EQ(code(), "RDMA_FOREIGN_GID");
  spec.peer_address = "192.0.2.1";
  peer.connect_by = ConnectBy::kRdmaCm;
  peer.cm_address = mapped_address(parse_address("192.0.2.1", 0));
  CHECK_EQ(code(), "");
  peer.cm_address = mapped_address(parse_address("192.0.2.2", 0));
  CHECK_EQ(code(), "RDMA_FOREIGN_GID");
  spec.of<RdmaOptions>().gid_index = 0;
  peer.connect_by = ConnectBy::kExchange;
  CHECK_EQ(code(), "");
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

constexpr std::uint64_t kLimitNs = 200 * kNsPerMs;

/// A lane that waits, and another queue pair that sends to it four times in each limit, for long
/// after.
struct Pestered {
  Pestered(WaitPolicy wait, Workload workload, Role role)
      : spec(datagrams(wait, workload)), pair(spec, Role::kSender, role) {
    pair.connect();
    const RdmaBlob own = pair.description();
    other.connect(pair.port, pair.domain.get(), own, own, pair.server.address(), IBV_MTU_1024);
  }

  static EndpointSpec datagrams(WaitPolicy wait, Workload workload) {
    EndpointSpec spec = rdma_spec(QueuePairType::kUd, RdmaOperation::kSend, wait);
    spec.workload = workload;
    spec.message_timeout_ns = kLimitNs;
    // A link of a stream waits for a quarter of it in one go.
    spec.idle_timeout_ns = workload == Workload::kStream ? 4 * kLimitNs : kLimitNs;
    return spec;
  }

  /// `wait` ends with `end`, and no stranger has put that off.
  template <class Link, class Wait>
  void check(Link& link, Io end, const Wait& wait) {
    RawSender stranger(other, spec, waker);
    const auto send = [&] {
      stranger.post(0);
      CHECK(stranger.status() == IBV_WC_SUCCESS);
    };
    {
      const test::Drip drip(send, kLimitNs / 4, 600);
      CHECK(wait() == end);
    }
    link.refresh();
    CHECK(link.counters().strangers >= 1);
    // How many fit into two limits, and as many again for a machine that is slow.
    CHECK(link.counters().strangers <= 16);
  }

  const EndpointSpec spec;
  LanePair pair;
  Lane other{pair.port, pair.domain.get(), spec, Role::kSender, LanePair::kQueueKey};
  const Waker waker;
};

/// Throws where it does not.
template <WaitPolicy kWait>
bool ends_each_wait() {
  {
    Pestered end(kWait, Workload::kPingPong, Role::kResponder);
    MessagePingPongLink<kWait, true> link(end.pair.server, end.spec, end.waker);
    end.check(link, Io::kStalled, [&] { return link.receive_request(); });
  }
  {
    Pestered end(kWait, Workload::kPingPong, Role::kInitiator);
    MessagePingPongLink<kWait, true> link(end.pair.server, end.spec, end.waker);
    // One that is lost is as long as a peer may be silent.
    end.check(link, Io::kStalled, [&] { return link.receive_reply(); });
  }
  {
    Pestered end(kWait, Workload::kStream, Role::kReceiver);
    MessageReceiverLink<kWait, true> link(end.pair.server, end.spec, end.waker);
    end.check(link, Io::kStalled, [&] { return link.receive_some(); });
  }
  return true;
}

TEST("rdma device: strangers put off the end of no wait, sleeping or spinning") {
  need_rdma();
  CHECK(ends_each_wait<WaitPolicy::kBlock>());
  CHECK(ends_each_wait<WaitPolicy::kSpin>());
}

TEST("rdma device: a sender of plain writes that says what cannot be is at fault") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  spec.workload = Workload::kStream;
  for (const std::uint64_t said : {std::uint64_t{1} << 62, std::uint64_t{2}}) {
    LanePair pair(spec, Role::kSender, Role::kReceiver);
    pair.connect();
    const Waker waker;
    WriteReceiverLink<WaitPolicy::kSpin> link(pair.server, spec, waker);
    // As the peer can write it.
    const std::atomic_ref<std::uint64_t> word(
        *reinterpret_cast<std::uint64_t*>(pair.server.memory() + kProgressOffset));
    word.store(3);
    CHECK(link.receive_some() == Io::kOk);
    word.store(said);
    CHECK(link.receive_some() == Io::kError);
    CHECK_EQ(link.fault()->code, "BAD_MESSAGE");
    CHECK(link.fault()->message.find(std::to_string(said)) != std::string::npos);
    CHECK_EQ(link.counters().messages, 3u);
    CHECK_EQ(link.counters().bytes, 3 * spec.message_bytes);
  }
}

}  // namespace
