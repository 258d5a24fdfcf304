#include "transport/rdma/rdma_options.h"

#include "base/error.h"
#include "transport/endpoint_spec.h"

namespace xr {
namespace {

constexpr std::uint64_t kAtomicBytes = 8;
constexpr int kMostDepth = 8192;

void require(bool holds, const std::string& what) {
  if (!holds) throw_fault("BAD_SPEC", "spec", what);
}

/// InfiniBand Architecture 1.x, volume 1, section 9.2 (table of operations by service type).
bool service_allows(QueuePairType type, RdmaOperation operation) {
  switch (type) {
    case QueuePairType::kRc: return true;
    case QueuePairType::kUc:
      return operation == RdmaOperation::kSend || operation == RdmaOperation::kWrite ||
             operation == RdmaOperation::kWriteImm;
    case QueuePairType::kUd: return operation == RdmaOperation::kSend;
  }
  return false;
}

void require_range(const std::optional<int>& value, int least, int most, const char* name) {
  require(!value || (*value >= least && *value <= most), std::string(name) + " must lie between " +
                                                             std::to_string(least) + " and " +
                                                             std::to_string(most));
}

void check_workload(const EndpointSpec& spec) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  const std::string operation = name_of(rdma.operation);
  if (spec.workload == Workload::kPingPong) {
    require(rdma.operation != RdmaOperation::kWrite || spec.wait == WaitPolicy::kSpin,
            "a write ping-pong polls memory, where nothing can wake a sleeper: wait must be spin "
            "(or the operation write-imm)");
    return;
  }
  if (spec.uses_messages()) {
    require(rdma.operation == RdmaOperation::kSend || rdma.operation == RdmaOperation::kWriteImm,
            "requests go by send or write-imm, not by " + operation);
    require(rdma.operation == RdmaOperation::kSend || rdma.queue_pair == QueuePairType::kRc,
            "where a write can be lost nobody knows which: requests go by write-imm over rc alone");
    return;
  }
  require(!is_atomic(rdma.operation), operation + " has no stream, only ping-pong");
  require(rdma.queue_pair != QueuePairType::kUc || rdma.operation != RdmaOperation::kWrite,
          "a write stream over UC leaves no trace of what is lost: use write-imm over UC, or RC");
  require(rdma.operation != RdmaOperation::kRead || spec.stream.rate_bits_per_sec == 0,
          "a read stream is drawn by its receiver, which has no rate");
}

}  // namespace

const char* name_of(QueuePairType type) noexcept {
  switch (type) {
    case QueuePairType::kRc: return "rc";
    case QueuePairType::kUc: return "uc";
    case QueuePairType::kUd: return "ud";
  }
  return "";
}

const char* name_of(RdmaOperation operation) noexcept {
  switch (operation) {
    case RdmaOperation::kSend: return "send";
    case RdmaOperation::kWrite: return "write";
    case RdmaOperation::kWriteImm: return "write-imm";
    case RdmaOperation::kRead: return "read";
    case RdmaOperation::kFetchAdd: return "fetch-add";
    case RdmaOperation::kCompareSwap: return "compare-swap";
  }
  return "";
}

const char* name_of(ConnectBy connect_by) noexcept {
  return connect_by == ConnectBy::kRdmaCm ? "rdma-cm" : "exchange";
}

void check_iwarp(const EndpointSpec& spec, const std::string& device) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  const auto refuse = [&](const std::string& what) {
    throw_fault("UNSUPPORTED", "device", device + " is an iWARP device, which has no " + what);
  };
  // RFC 5040 has neither datagrams nor an unreliable service, RFC 7306 (atomics, immediate data) is
  // in none of the kernel's drivers.
  if (rdma.queue_pair != QueuePairType::kRc)
    refuse(std::string(name_of(rdma.queue_pair)) + " queue pairs, only rc");
  if (is_atomic(rdma.operation)) refuse("atomic operations: use send, write or read");
  if (rdma.operation == RdmaOperation::kWriteImm) refuse("immediate data: use send or write");
  if (spec.workload != Workload::kPingPong && rdma.operation == RdmaOperation::kSend)
    refuse("immediate data, in which a stream of send, or rr, has its credits: use write or read");
}

void check_rdma_spec(const EndpointSpec& spec) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  require(service_allows(rdma.queue_pair, rdma.operation),
          std::string(name_of(rdma.operation)) + " is not an operation of " +
              name_of(rdma.queue_pair) +
              " queue pairs (rc: all; uc: send, write, write-imm; ud: send)");
  require(!is_atomic(rdma.operation) || spec.message_bytes == kAtomicBytes,
          "an atomic operation works on 8 bytes, no other size");
  require(rdma.connect_by != ConnectBy::kRdmaCm || rdma.queue_pair == QueuePairType::kRc,
          std::string("rdma-cm connects rc queue pairs, not ") + name_of(rdma.queue_pair) +
              " ones: use connectBy exchange");
  check_workload(spec);
  require_range(rdma.port, 1, 255, "port");
  require_range(rdma.gid_index, 0, 65'535, "gidIndex");
  require_range(rdma.tx_depth, 1, kMostDepth, "txDepth");
  require_range(rdma.rx_depth, 4, kMostDepth, "rxDepth");
  require_range(rdma.signal_every, 1, kMostDepth, "signalEvery");
  require_range(rdma.post_list, 1, kMostDepth, "postList");
  require_range(rdma.inline_bytes, 0, 4096, "inlineBytes");
}

}  // namespace xr
