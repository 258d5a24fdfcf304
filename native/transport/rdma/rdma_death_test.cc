#include <sched.h>

#include <atomic>
#include <thread>

#include "measure/run_board.h"
#include "transport/rdma/forked_peer.h"

// The peer's process is killed, at each stage of a run: this end ends in bounded time, by itself,
// and says why.

namespace {

using namespace xr;
using test::ForkedPeer;
using test::need_rdma;
using test::rdma_spec;
using test::text_of;

enum class Stage { kOpened, kConnected, kWarmup, kMeasuring };

bool is_under_way(const RunBoard::Standing& standing, Phase phase) {
  return standing.phase == phase && standing.messages > 0;
}

RunOutcome run_and_lose_peer(EndpointSpec spec, Stage stage) {
  if (stage == Stage::kWarmup) spec.phases.warmup_cap_ns = 3600 * kNsPerSec;
  ForkedPeer peer(spec);
  spec.side = Side::kClient;
  const auto endpoint = make_endpoint(spec);
  const Blob mine = endpoint->open();
  if (stage == Stage::kOpened) peer.kill();
  endpoint->connect(peer.blob());
  if (stage != Stage::kOpened) peer.connect(mine);
  if (stage == Stage::kConnected) peer.kill();

  RunBoard board(spec.phases);
  std::atomic<bool> ended{false};
  std::thread killer([&] {
    const Phase phase = stage == Stage::kWarmup ? Phase::kWarmup : Phase::kMeasure;
    // Whichever end decides shows it.
    while (!ended && !is_under_way(board.standing(), phase) &&
           !is_under_way(peer.standing(), phase))
      ::sched_yield();
    peer.kill();
  });
  RunOutcome outcome = endpoint->run(board, {});
  ended = true;
  killer.join();
  return outcome;
}

void check_ends(EndpointSpec spec, Stage stage) {
  spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
  spec.message_timeout_ns = 100 * kNsPerMs;
  spec.idle_timeout_ns = 500 * kNsPerMs;
  const RunOutcome outcome = run_and_lose_peer(spec, stage);
  const std::string where = text_of(spec) + ", stage " + std::to_string(static_cast<int>(stage));
  if (outcome.status != RunStatus::kFailed || !outcome.fault)
    throw std::runtime_error(where + ": did not fail");
  const std::string& code = outcome.fault->code;
  if (code != "RDMA_NO_ACK" && code != "STALLED")
    throw std::runtime_error(where + ": " + code + ": " + outcome.fault->message);
}

TEST("rdma device: a peer killed at any stage of a ping-pong ends the run with a reason") {
  need_rdma();
  const EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  for (const auto stage : {Stage::kOpened, Stage::kConnected, Stage::kWarmup, Stage::kMeasuring})
    check_ends(spec, stage);
}

TEST("rdma device: a peer killed while measuring ends each operation with a reason") {
  need_rdma();
  check_ends(rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin),
             Stage::kMeasuring);
  for (const auto operation : {RdmaOperation::kRead, RdmaOperation::kFetchAdd})
    check_ends(rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kBlock), Stage::kMeasuring);
  for (const auto type : {QueuePairType::kUc, QueuePairType::kUd})
    check_ends(rdma_spec(type, RdmaOperation::kSend, WaitPolicy::kBlock), Stage::kMeasuring);
}

TEST("rdma device: a peer killed in a stream ends it with a reason, at either end") {
  need_rdma();
  for (const auto direction : {Direction::kUp, Direction::kDown}) {
    for (const auto operation :
         {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kRead}) {
      // Whose memory is read does not notice; a session's other end tells it.
      if (operation == RdmaOperation::kRead && direction == Direction::kUp) continue;
      EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kBlock);
      spec.workload = Workload::kStream;
      spec.stream.direction = direction;
      check_ends(spec, Stage::kMeasuring);
    }
  }
}

}  // namespace
