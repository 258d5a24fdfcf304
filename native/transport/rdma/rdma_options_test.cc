#include "transport/rdma/rdma_options.h"

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint_spec.h"
#include "transport/rdma/connect/lane_shape.h"

namespace {

using xr::EndpointSpec;
using xr::QueuePairType;
using xr::RdmaOperation;
using xr::Role;
using xr::WaitPolicy;
using xr::Workload;

constexpr RdmaOperation kOperations[] = {RdmaOperation::kSend,     RdmaOperation::kWrite,
                                         RdmaOperation::kWriteImm, RdmaOperation::kRead,
                                         RdmaOperation::kFetchAdd, RdmaOperation::kCompareSwap};

EndpointSpec spec_of(QueuePairType type, RdmaOperation operation) {
  EndpointSpec spec;
  spec.options = xr::RdmaOptions{};
  spec.wait = WaitPolicy::kSpin;
  spec.message_bytes = is_atomic(operation) ? 8 : 64;
  spec.of<xr::RdmaOptions>().queue_pair = type;
  spec.of<xr::RdmaOptions>().operation = operation;
  return spec;
}

std::string refusal(const EndpointSpec& spec) {
  try {
    xr::check_rdma_spec(spec);
  } catch (const xr::Error& error) {
    return error.fault().code + ": " + error.fault().message;
  }
  return "";
}

TEST("rdma options: each service takes its operations, and refuses the others by name") {
  int taken = 0;
  for (const auto type : {QueuePairType::kRc, QueuePairType::kUc, QueuePairType::kUd}) {
    for (const RdmaOperation operation : kOperations) {
      const std::string why = refusal(spec_of(type, operation));
      taken += why.empty() ? 1 : 0;
      if (!why.empty()) CHECK(why.starts_with(std::string("BAD_SPEC: ") + name_of(operation)));
    }
  }
  CHECK_EQ(taken, 6 + 3 + 1);
}

TEST("rdma options: what has no meaning is refused") {
  EndpointSpec atomic = spec_of(QueuePairType::kRc, RdmaOperation::kFetchAdd);
  atomic.message_bytes = 16;
  CHECK(refusal(atomic).find("8 bytes") != std::string::npos);
  atomic.message_bytes = 8;
  atomic.workload = Workload::kStream;
  CHECK(refusal(atomic).find("no stream") != std::string::npos);
  EndpointSpec write = spec_of(QueuePairType::kRc, RdmaOperation::kWrite);
  write.wait = WaitPolicy::kBlock;
  CHECK(refusal(write).find("spin") != std::string::npos);
  EndpointSpec read = spec_of(QueuePairType::kRc, RdmaOperation::kRead);
  read.workload = Workload::kStream;
  read.stream.rate_bits_per_sec = 1000;
  CHECK(refusal(read).find("rate") != std::string::npos);
  EndpointSpec deep = spec_of(QueuePairType::kRc, RdmaOperation::kSend);
  deep.of<xr::RdmaOptions>().tx_depth = 0;
  CHECK(refusal(deep).find("txDepth") != std::string::npos);
}

TEST("rdma options: queues and buffers fit together at every size and depth") {
  for (const std::uint64_t bytes : {1ull, 63ull, 64ull, 4096ull, 65'537ull, 8ull << 20}) {
    for (const int depth : {1, 2, 3, 7, 128, 8192}) {
      for (const int list : {1, 5, 64, 8192}) {
        for (const bool verify : {false, true}) {
          EndpointSpec spec = spec_of(QueuePairType::kRc, RdmaOperation::kSend);
          spec.workload = Workload::kStream;
          spec.message_bytes = bytes;
          spec.of<xr::RdmaOptions>().tx_depth = depth;
          spec.of<xr::RdmaOptions>().rx_depth = depth < 4 ? 4 : depth;
          spec.of<xr::RdmaOptions>().post_list = list;
          spec.of<xr::RdmaOptions>().verify = verify;
          const auto sender = xr::shape_of(spec, Role::kSender);
          const auto receiver = xr::shape_of(spec, Role::kReceiver);
          // With all that can be unsignalled outstanding there is still room for a list.
          CHECK(sender.tx_depth >= sender.signal_every - 1 + sender.post_list);
          // With one block not replaced yet the sender has credit for a list.
          CHECK(receiver.rx_depth - (receiver.rx_block - 1) >= sender.post_list);
          CHECK_EQ(receiver.rx_depth % receiver.rx_block, 0u);
          CHECK(receiver.total_bytes <= (std::size_t{100} << 20));
        }
      }
    }
  }
}

}  // namespace
