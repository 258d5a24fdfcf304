#include <vector>

#include "measure/mark.h"
#include "transport/rdma/device/numa_node.h"
#include "transport/rdma/device/verbs.h"
#include "transport/rdma/rdma_pair.h"

namespace {

using namespace xr;
using test::check_no_fault;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;
using test::text_of;

struct Combination {
  QueuePairType type;
  RdmaOperation operation;
};

constexpr Combination kCombinations[] = {
    {QueuePairType::kRc, RdmaOperation::kSend},
    {QueuePairType::kRc, RdmaOperation::kWrite},
    {QueuePairType::kRc, RdmaOperation::kWriteImm},
    {QueuePairType::kRc, RdmaOperation::kRead},
    {QueuePairType::kRc, RdmaOperation::kFetchAdd},
    {QueuePairType::kRc, RdmaOperation::kCompareSwap},
    {QueuePairType::kUc, RdmaOperation::kSend},
    {QueuePairType::kUc, RdmaOperation::kWrite},
    {QueuePairType::kUc, RdmaOperation::kWriteImm},
    {QueuePairType::kUd, RdmaOperation::kSend},
};

bool has_ping_pong(const EndpointSpec& spec) {
  return spec.of<xr::RdmaOptions>().operation != RdmaOperation::kWrite ||
         spec.wait == WaitPolicy::kSpin;
}
bool has_stream(const EndpointSpec& spec) {
  const xr::RdmaOptions& rdma = spec.of<xr::RdmaOptions>();
  return !is_atomic(rdma.operation) && !(rdma.operation == RdmaOperation::kWrite &&
                                         rdma.queue_pair == QueuePairType::kUc);
}

void check_ping_pong(const EndpointSpec& spec) {
  RdmaPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
  check_no_fault(spec, server);
  const auto& end = client.links.at(0).marks.back().counters;
  if (end.messages + end.lost != spec.phases.iterations) throw std::runtime_error(text_of(spec));
  CHECK_EQ(client.links[0].latency->totals.count, end.messages);
  CHECK(client.status == RunStatus::kCompleted);
}

void check_stream(const EndpointSpec& spec) {
  RdmaPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run();
  for (const RunOutcome* outcome : {&client, &server}) {
    check_no_fault(spec, *outcome);
    CHECK_EQ(outcome->links.size(), spec.link_count());
    for (const auto& link : outcome->links) {
      if (link.role != Role::kReceiver) continue;
      const auto& end = link.marks.back().counters;
      if (end.messages + end.lost < spec.phases.iterations) throw std::runtime_error(text_of(spec));
      CHECK_EQ(end.bytes, end.messages * spec.message_bytes);
    }
  }
  // What is read is not sent by anybody.
  if (is_one_sided(spec.of<xr::RdmaOptions>().operation)) return;
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    const bool up = client.links[i].role == Role::kSender;
    const auto& sent = (up ? client : server).links[i].marks.back().counters;
    const auto& received = (up ? server : client).links[i].marks.back().counters;
    if (received.messages + received.lost > sent.messages) throw std::runtime_error(text_of(spec));
  }
}

template <class Body>
void for_all(const Body& body) {
  need_rdma();
  for (const auto& [type, operation] : kCombinations) {
    for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock})
      body(rdma_spec(type, operation, wait));
  }
}

TEST("rdma device: ping-pong of each operation, service and wait policy") {
  for_all([](const EndpointSpec& spec) {
    if (has_ping_pong(spec)) check_ping_pong(spec);
  });
}

TEST("rdma device: verified ping-pong at sizes around byte, word, packet and the largest") {
  for_all([](EndpointSpec spec) {
    if (!has_ping_pong(spec)) return;
    spec.of<xr::RdmaOptions>().verify = true;
    const bool datagrams = spec.of<xr::RdmaOptions>().queue_pair == QueuePairType::kUd;
    for (const std::uint64_t bytes :
         {1ull, 7ull, 100ull, 1024ull, 5000ull, 1ull << 20, 8ull << 20}) {
      if (is_atomic(spec.of<xr::RdmaOptions>().operation) || (datagrams && bytes > 1024)) continue;
      // A lossy service loses large messages as soon as one packet is lost.
      if (spec.of<xr::RdmaOptions>().queue_pair == QueuePairType::kUc && bytes > 5000) continue;
      if (spec.wait == WaitPolicy::kBlock && bytes != 5000) continue;
      spec.message_bytes = bytes;
      spec.phases.iterations = bytes > 5000 ? 3 : 40;
      check_ping_pong(spec);
    }
  });
}

TEST("rdma device: streams of each operation, in each direction, two at once") {
  for_all([](EndpointSpec spec) {
    if (!has_stream(spec)) return;
    spec.workload = Workload::kStream;
    // More spinning threads than processors take turns at the scheduler's pace.
    spec.stream.streams = spec.wait == WaitPolicy::kSpin ? 1 : 2;
    for (const auto direction : {Direction::kUp, Direction::kDown, Direction::kBoth}) {
      if (spec.wait == WaitPolicy::kSpin && direction == Direction::kBoth) continue;
      spec.stream.direction = direction;
      check_stream(spec);
    }
  });
}

TEST("rdma device: verified streams at odd sizes, depths and lists") {
  for_all([](EndpointSpec spec) {
    if (!has_stream(spec)) return;
    spec.workload = Workload::kStream;
    spec.of<xr::RdmaOptions>().verify = true;
    const bool datagrams = spec.of<xr::RdmaOptions>().queue_pair == QueuePairType::kUd;
    for (const std::uint64_t bytes : {1ull, 1000ull, 70'001ull}) {
      if (bytes > 1024 && spec.of<xr::RdmaOptions>().queue_pair != QueuePairType::kRc) continue;
      if (datagrams && bytes > 1024) continue;
      if (spec.wait == WaitPolicy::kSpin && bytes != 1000) continue;
      for (const int depth : {1, 10, 128}) {
        spec.message_bytes = bytes;
        // All receives are used more than once where they are many.
        spec.phases.iterations = bytes > 5000 ? 20 : depth == 128 ? 600 : 60;
        spec.of<xr::RdmaOptions>().tx_depth = depth;
        spec.of<xr::RdmaOptions>().post_list = depth / 3 + 1;
        check_stream(spec);
      }
    }
  });
}

TEST("rdma device: sixteen queue pairs each way") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  spec.workload = Workload::kStream;
  spec.stream.direction = Direction::kBoth;
  spec.stream.streams = 16;
  check_stream(spec);
}

TEST("rdma device: a rate is kept") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  spec.workload = Workload::kStream;
  spec.message_bytes = 1000;
  spec.phases.iterations = 100;
  spec.stream.rate_bits_per_sec = 4'000'000;
  RdmaPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
  check_no_fault(spec, server);
  CHECK(server.links.at(0).marks.back().counters.messages >= spec.phases.iterations);
  // Single messages; the last may have left just now.
  for (const Mark& mark : client.links.at(0).marks) {
    if (mark.counters.bytes == 0) continue;
    const std::uint64_t bits = 8 * (mark.counters.bytes - spec.message_bytes);
    CHECK(mark.time_ns >= bits * kNsPerSec / spec.stream.rate_bits_per_sec * 99 / 100);
  }
  // What a busy machine loses, 10 ms at a time, is far from a rate of another unit.
  const Mark& last = client.links.at(0).marks.back();
  CHECK(8 * last.counters.bytes * kNsPerSec / spec.stream.rate_bits_per_sec >= last.time_ns / 5);
}

TEST("rdma device: plain writes at a low rate are counted one by one") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kBlock);
  spec.workload = Workload::kStream;
  spec.phases.iterations = 20;
  // 50 a second.
  spec.stream.rate_bits_per_sec = 50 * 8 * spec.message_bytes;
  RdmaPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
  check_no_fault(spec, server);
  const std::uint64_t messages = server.links.at(0).marks.back().counters.messages;
  CHECK(messages >= 20);
  // More than a mark for each half of the send queue would let see.
  CHECK(messages < 40);
}

TEST("rdma device: what was granted is told") {
  need_rdma();
  RdmaPair pair(rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin));
  pair.connect();
  const RdmaSettings settings = *pair.client->effective().rdma;
  CHECK(!settings.device.empty());
  CHECK(settings.same_device);
  CHECK(settings.mtu_bytes >= 256);
  CHECK(settings.inline_bytes == 0 || settings.inline_bytes >= 64);
  CHECK_EQ(settings.queue_pair, "rc");
  // Completions are polled, and not memory.
  CHECK(!settings.data_in_order);
}

TEST("rdma device: where memory lies and whether it is written in order is told") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  spec.cpus = {0};
  for (const auto workload : {Workload::kPingPong, Workload::kStream}) {
    spec.workload = workload;
    RdmaPair pair(spec);
    pair.connect();
    const RdmaSettings settings = *pair.client->effective().rdma;
    CHECK_EQ(settings.data_in_order.has_value(), verbs().query_qp_data_in_order != nullptr);
    const auto node = settings.device_numa_node ? settings.device_numa_node : numa_node_of_cpu(0);
    CHECK(settings.memory_numa_node == node);
  }
}

TEST("rdma device: the smaller MTU of both ends is used") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.message_bytes = 5000;
  spec.of<xr::RdmaOptions>().verify = true;
  RdmaPair pair(spec);
  // Six bytes come before the MTU in the description.
  pair.for_client[6] = 1;
  pair.for_server[6] = 1;
  pair.connect();
  CHECK_EQ(pair.client->effective().rdma->mtu_bytes, 256);
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
}

}  // namespace
