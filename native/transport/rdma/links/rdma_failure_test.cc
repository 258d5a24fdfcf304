#include "transport/endpoint_pair.h"
#include "transport/rdma/links/lane_pair.h"
#include "transport/rdma/links/message_ping_pong_link.h"
#include "transport/took.h"

namespace {

using namespace xr;
using test::code_of;
using test::kOneLimit;
using test::kTooManyLimits;
using test::LanePair;
using test::need_rdma;
using test::RawSender;
using test::rdma_spec;
using test::RdmaPair;
using test::run_alone;
using test::took_limits;

TEST("rdma device: a peer without receives is an error, not a hang") {
  need_rdma();
  const EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  // Plain writes need no receives.
  const EndpointSpec other =
      rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  LanePair pair(spec, other, Role::kInitiator, Role::kResponder);
  pair.connect();
  const Waker waker;
  MessagePingPongLink<WaitPolicy::kSpin, false> link(pair.client, spec, waker);
  CHECK(link.send_request() == Io::kOk);
  CHECK(link.receive_reply() == Io::kError);
  CHECK_EQ(link.fault()->code, "RDMA_NO_RECEIVE");
}

TEST("rdma device: a wrong key is refused by the peer, and what was flushed after it is counted") {
  need_rdma();
  const EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  LanePair pair(spec, Role::kInitiator, Role::kResponder);
  LaneAddress wrong = pair.server.address();
  wrong.rkey ^= 0xff;
  pair.connect(wrong, pair.description());
  const Waker waker;
  RawSender sender(pair.client, spec, waker);
  for (std::uint32_t i = 0; i < 3; ++i) sender.post(i);
  Completions<WaitPolicy::kSpin> completions(pair.client, waker);
  const ibv_wc* first = nullptr;
  CHECK(completions.next(first, 30 * kNsPerSec) == Io::kOk);
  CHECK_EQ(first->status, IBV_WC_REM_ACCESS_ERR);
  const ibv_wc kept = *first;
  // Flushed requests follow when the device comes to it.
  const ibv_wc* second = nullptr;
  CHECK(completions.next(second, 30 * kNsPerSec) == Io::kOk);
  CHECK_EQ(second->status, IBV_WC_WR_FLUSH_ERR);
  CHECK(completions.fail(kept) == Io::kError);
  const Fault fault = *fault_of(completions.failure());
  CHECK_EQ(fault.code, "RDMA_REMOTE_ACCESS");
}

TEST("rdma device: a run with a wrong key ends with the name of what was wrong") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kWrite, RdmaOperation::kWriteImm,
                               RdmaOperation::kRead, RdmaOperation::kFetchAdd}) {
    EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kSpin);
    spec.idle_timeout_ns = 5 * kNsPerSec;
    RdmaPair pair(spec);
    RdmaBlob wrong = decode_rdma_blob(pair.for_client, 1);
    wrong.lanes[0].rkey ^= 0xff;
    pair.for_client = encode_rdma_blob(wrong);
    pair.connect();
    const auto [client, server] = pair.run();
    // The device tells both ends, the peer of a write-imm by its receive as well; the first to hear
    // it stops the other.
    const bool at_client = client.status == RunStatus::kFailed;
    const RunOutcome& told = at_client ? client : server;
    CHECK(told.status == RunStatus::kFailed);
    const std::string& code = told.fault->code;
    CHECK(code == "RDMA_REMOTE_ACCESS" || (!at_client && code == "RDMA_ASYNC"));
    CHECK(told.fault->message.find("key or address") != std::string::npos);
  }
}

TEST("rdma device: a peer that goes away ends each run with its reason") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kRead}) {
    EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kSpin);
    spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
    RdmaPair pair(spec);
    pair.connect();
    pair.server->close();
    const RunOutcome outcome = run_alone(*pair.client, spec);
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "RDMA_NO_ACK");
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
      RunOutcome outcome;
      const double limits = took_limits(spec.idle_timeout_ns,
                                        [&] { outcome = run_alone(*pair.client, spec); });
      CHECK(limits >= kOneLimit);
      CHECK(limits < kTooManyLimits);
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
        return run_alone(*pair.server, spec);
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
  RdmaBlob server = decode_rdma_blob(pair.for_client, 1);
  server.gid[15] ^= 0x55;
  pair.for_client = encode_rdma_blob(server);
  pair.server->connect(pair.for_server);
  RunOutcome outcome;
  std::string code;
  const double limits = took_limits(spec.idle_timeout_ns, [&] {
    code = code_of([&] {
      pair.client->connect(pair.for_client);
      outcome = run_alone(*pair.client, spec);
    });
  });
  // The device gives up by itself, before it would be called silence.
  CHECK(limits < 2);
  // Some devices look for the peer's hardware address at once, others only when they send.
  CHECK(code == "RDMA_NO_ROUTE" || (outcome.fault && outcome.fault->code == "RDMA_NO_ACK"));
}

TEST("rdma device: GIDs of different kinds are refused before anything is sent") {
  need_rdma();
  RdmaPair pair(rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin));
  RdmaBlob server = decode_rdma_blob(pair.for_client, 1);
  server.gid = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  pair.for_client = encode_rdma_blob(server);
  CHECK_EQ(code_of([&] { pair.client->connect(pair.for_client); }), "RDMA_GID_MISMATCH");
}

TEST("rdma device: devices, ports and GIDs that are not there are refused with what is") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.of<xr::RdmaOptions>().device = "nosuch0";
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_DEVICE");
  spec.of<xr::RdmaOptions>().device.reset();
  spec.of<xr::RdmaOptions>().gid_index = 60'000;
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_GID");
  spec.of<xr::RdmaOptions>().gid_index.reset();
  spec.local_address = "203.0.113.9";
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_NO_GID");
  spec.local_address = "127.0.0.1";
  spec.of<xr::RdmaOptions>().queue_pair = QueuePairType::kUd;
  spec.message_bytes = 8000;
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "BAD_SPEC");
}

TEST("rdma: a machine without a device says why") {
  try {
    list_rdma_ports();
  } catch (const Error& error) {
    CHECK(error.fault().code.starts_with("RDMA_"));
    CHECK(error.fault().message.size() > 20);
    return;
  }
  throw test::Skipped("this machine has an RDMA device");
}

TEST("rdma device: a failed completion is told with its name, cause and cure") {
  need_rdma();
  LaneFailure failure;
  failure.kind = LaneFailure::Kind::kCompletion;
  failure.status = IBV_WC_RNR_RETRY_EXC_ERR;
  const Fault fault = *fault_of(failure);
  CHECK_EQ(fault.code, "RDMA_NO_RECEIVE");
  CHECK(fault.message.find("13") != std::string::npos);
  CHECK(fault.message.find("no receive posted") != std::string::npos);
  failure.flushed = 2;
  CHECK(fault_of(failure)->message.find("2 more requests were flushed") != std::string::npos);
}

}  // namespace
