#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "transport/endpoint_pair.h"
#include "transport/rdma/links/lane_pair.h"

namespace {

using namespace xr;
using test::check_no_fault;
using test::LanePair;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;
using test::run_alone;
using test::text_of;

void check_all_arrives(const EndpointSpec& spec) {
  RdmaPair pair(spec);
  pair.connect();
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
  check_no_fault(spec, server);
  const RunOutcome& deciding = spec.workload == Workload::kPingPong ? client : server;
  const auto& end = deciding.links.at(0).marks.back().counters;
  if (end.messages < spec.phases.iterations) throw std::runtime_error(text_of(spec));
  CHECK_EQ(end.lost, 0u);
}

TEST("rdma device: more messages than a byte or sixteen bits can count") {
  need_rdma();
  // A ping-pong of plain writes has a number of one byte in each message.
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kWrite, WaitPolicy::kSpin);
  spec.of<xr::RdmaOptions>().verify = true;
  spec.phases.iterations = 1000;
  check_all_arrives(spec);
  spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.workload = Workload::kStream;
  spec.message_bytes = 1;
  spec.phases.iterations = 66'000;
  check_all_arrives(spec);
}

TEST("rdma device: sends with rare completions never fill their queue") {
  need_rdma();
  for (const int every : {1, 3, 64}) {
    for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite}) {
      EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kSpin);
      spec.of<xr::RdmaOptions>().signal_every = every;
      check_all_arrives(spec);
      spec.workload = Workload::kStream;
      spec.of<xr::RdmaOptions>().tx_depth = 7;
      spec.of<xr::RdmaOptions>().post_list = 2;
      check_all_arrives(spec);
    }
  }
}

TEST("rdma device: streams of the largest messages, verified") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite,
                               RdmaOperation::kWriteImm, RdmaOperation::kRead}) {
    EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kBlock);
    spec.workload = Workload::kStream;
    spec.message_bytes = 8 << 20;
    spec.of<xr::RdmaOptions>().tx_depth = 2;
    spec.of<xr::RdmaOptions>().verify = true;
    spec.phases.iterations = 3;
    check_all_arrives(spec);
  }
}

TEST("rdma device: no more reads are under way than the peer takes") {
  need_rdma();
  const EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kRead, WaitPolicy::kSpin);
  LanePair pair(spec, Role::kInitiator, Role::kResponder);
  RdmaBlob modest = pair.description();
  modest.incoming_reads = 4;
  pair.connect(pair.server.address(), modest);
  ibv_qp_attr attributes{};
  ibv_qp_init_attr made{};
  CHECK_EQ(verbs().query_qp(pair.client.queue_pair(), &attributes, IBV_QP_MAX_QP_RD_ATOMIC, &made),
           0);
  CHECK_EQ(int{attributes.max_rd_atomic}, 4);
}

TEST("rdma device: a message beyond what the device takes is refused by name") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  // rxe takes 8 MiB in Linux 6.1 and 2 GiB in 6.12: of the latter nobody asks for more.
  const std::uint64_t of_device = choose_port(spec).attributes.max_msg_sz;
  const std::uint64_t of_ours = std::uint64_t{64} << 20;
  spec.message_bytes = std::min(of_device, of_ours) + 1;
  CHECK_EQ(test::code_of([&] { make_endpoint(spec)->open(); }),
           of_device < of_ours ? "UNSUPPORTED" : "BAD_SPEC");
}

std::size_t open_files() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

/// How far an endpoint comes before it is given up.
enum class Until { kOpenFails, kOpen, kConnectFails, kConnect, kRunFails };

void give_up(Until until) {
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  if (until == Until::kOpenFails) {
    spec.workload = Workload::kStream;
    spec.of<xr::RdmaOptions>().queue_pair = QueuePairType::kUd;
    spec.message_bytes = 5000;
    CHECK_EQ(test::code_of([&] { make_endpoint(spec)->open(); }), "BAD_SPEC");
    return;
  }
  RdmaPair pair(spec);
  if (until == Until::kOpen) return;
  if (until == Until::kConnectFails) {
    pair.for_client.pop_back();
    CHECK_EQ(test::code_of([&] { pair.client->connect(pair.for_client); }), "BAD_BLOB");
    return;
  }
  pair.connect();
  if (until == Until::kConnect) return;
  pair.server.reset();
  CHECK(run_alone(*pair.client, spec).status == RunStatus::kFailed);
}

TEST("rdma device: nothing stays behind, however far an endpoint came") {
  need_rdma();
  give_up(Until::kConnect);
  const std::size_t before = open_files();
  for (const auto until :
       {Until::kOpenFails, Until::kOpen, Until::kConnectFails, Until::kConnect, Until::kRunFails}) {
    give_up(until);
    CHECK_EQ(open_files(), before);
  }
}

}  // namespace
