#include <cstring>
#include <functional>

#include "measure/clock.h"
#include "transport/rdma/completion_error.h"
#include "transport/rdma/lane.h"
#include "transport/rdma/rdma_pair.h"

namespace {

using namespace xr;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;

std::string code_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault().code;
  }
  return "";
}

/// Two queue pairs without the links that would drive them.
struct BarePair {
  BarePair(RdmaOperation client_does, RdmaOperation server_does)
      : spec(rdma_spec(QueuePairType::kRc, client_does, WaitPolicy::kSpin)),
        server_spec(rdma_spec(QueuePairType::kRc, server_does, WaitPolicy::kSpin)),
        port(choose_port(spec)),
        domain(verbs().alloc_pd(port.device.context.get())),
        client(port, domain.get(), spec, Role::kInitiator, 1),
        server(port, domain.get(), server_spec, Role::kResponder, 1) {}

  void connect(LaneAddress server_address) {
    RdmaBlob blob;
    std::memcpy(blob.gid.data(), port.gid.gid.raw, blob.gid.size());
    server.connect(port, domain.get(), blob, blob, client.address(), IBV_MTU_1024);
    client.connect(port, domain.get(), blob, blob, server_address, IBV_MTU_1024);
  }

  /// The status of one operation.
  ibv_wc_status post(ibv_wr_opcode opcode) {
    ibv_sge buffer{reinterpret_cast<std::uintptr_t>(client.tx_slot(0)), 64, client.local_key()};
    ibv_send_wr request{};
    request.sg_list = &buffer;
    request.num_sge = 1;
    request.opcode = opcode;
    request.send_flags = IBV_SEND_SIGNALED;
    request.wr.rdma.remote_addr = client.peer().memory + kControlBytes;
    request.wr.rdma.rkey = client.peer().rkey;
    ibv_send_wr* refused = nullptr;
    CHECK_EQ(ibv_post_send(client.queue_pair(), &request, &refused), 0);
    const std::uint64_t began_ns = monotonic_raw_ns();
    for (;;) {
      ibv_wc completion{};
      const int got = ibv_poll_cq(client.completions(), 1, &completion);
      if (got == 1) return completion.status;
      if (got < 0 || monotonic_raw_ns() - began_ns > 30 * kNsPerSec)
        throw std::runtime_error("no completion within 30 s");
    }
  }

  EndpointSpec spec;
  EndpointSpec server_spec;
  ChosenPort port;
  ProtectionDomain domain;
  Lane client;
  Lane server;
};

TEST("rdma device: a peer without receives is an error, not a hang") {
  need_rdma();
  BarePair pair(RdmaOperation::kSend, RdmaOperation::kWrite);
  pair.connect(pair.server.address());
  CHECK_EQ(pair.post(IBV_WR_SEND), IBV_WC_RNR_RETRY_EXC_ERR);
}

TEST("rdma device: a wrong key is refused by the peer") {
  need_rdma();
  BarePair pair(RdmaOperation::kWrite, RdmaOperation::kWrite);
  LaneAddress wrong = pair.server.address();
  wrong.rkey ^= 0xff;
  pair.connect(wrong);
  CHECK_EQ(pair.post(IBV_WR_RDMA_WRITE), IBV_WC_REM_ACCESS_ERR);
}

TEST("rdma device: a peer that goes away ends each run with its reason") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kRead}) {
    EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kSpin);
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    RdmaPair pair(spec);
    pair.connect();
    pair.server->close();
    const RunOutcome outcome = pair.client->run(nullptr, {});
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "RDMA_COMPLETION");
    CHECK(outcome.fault->message.find("did not acknowledge") != std::string::npos);
  }
}

TEST("rdma device: a silent peer is a stall in bounded time") {
  need_rdma();
  for (const auto type : {QueuePairType::kRc, QueuePairType::kUd}) {
    for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock}) {
      EndpointSpec spec = rdma_spec(type, RdmaOperation::kSend, wait);
      spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
      spec.message_timeout_ns = 20 * kNsPerMs;
      spec.idle_timeout_ns = 100 * kNsPerMs;
      RdmaPair pair(spec);
      pair.connect();
      const RunOutcome outcome = pair.client->run(nullptr, {});
      CHECK(outcome.status == RunStatus::kFailed);
      CHECK_EQ(outcome.fault->code, "STALLED");
    }
  }
}

TEST("rdma device: a stop ends each way of waiting") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kRead}) {
    for (const auto wait : {WaitPolicy::kSpin, WaitPolicy::kBlock}) {
      if (operation == RdmaOperation::kWrite && wait == WaitPolicy::kBlock) continue;
      EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, wait);
      spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
      RdmaPair pair(spec);
      pair.connect();
      std::promise<void> running;
      auto serving = std::async(std::launch::async, [&] {
        running.set_value();
        return pair.server->run(nullptr, {});
      });
      running.get_future().wait();
      pair.server->stop();
      CHECK(serving.get().status == RunStatus::kStopped);
    }
  }
}

TEST("rdma device: an unreachable GID is an error in bounded time") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  RdmaPair pair(spec);
  // The last byte of the GID, which begins at 28.
  pair.for_client[43] ^= 0x55;
  pair.server->connect(pair.for_server);
  RunOutcome outcome;
  const std::string code = code_of([&] {
    pair.client->connect(pair.for_client);
    outcome = pair.client->run(nullptr, {});
  });
  CHECK(code == "RDMA_SETUP" || (outcome.fault && outcome.fault->code == "RDMA_COMPLETION"));
}

TEST("rdma device: devices, ports and GIDs that are not there are refused with what is") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.rdma.device = "nosuch0";
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_DEVICE");
  spec.rdma.device.reset();
  spec.rdma.gid_index = 60'000;
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_GID");
  spec.rdma.gid_index.reset();
  spec.local_address = "203.0.113.9";
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_GID");
  spec.local_address = "127.0.0.1";
  spec.rdma.queue_pair = QueuePairType::kUd;
  spec.message_bytes = 8000;
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "BAD_SPEC");
}

TEST("rdma device: a machine without one says why") {
  try {
    list_rdma_ports();
  } catch (const Error& error) {
    CHECK(error.fault().code.starts_with("RDMA_"));
    CHECK(error.fault().message.size() > 20);
    return;
  }
  throw test::Skipped("this machine has an RDMA device");
}

TEST("rdma: a failed completion is told with its name, cause and cure") {
  need_rdma();
  LaneFailure failure;
  failure.kind = LaneFailure::Kind::kCompletion;
  failure.status = IBV_WC_RNR_RETRY_EXC_ERR;
  const Fault fault = *fault_of(failure);
  CHECK_EQ(fault.code, "RDMA_COMPLETION");
  CHECK(fault.message.find("13") != std::string::npos);
  CHECK(fault.message.find("no receive posted") != std::string::npos);
}

}  // namespace
