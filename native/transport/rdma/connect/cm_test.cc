#include <future>
#include <optional>

#include "measure/clock.h"
#include "transport/rdma/connect/cm_address.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/rdma/rdma_pair.h"

namespace {

using namespace xr;
using test::check_no_fault;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;

EndpointSpec cm_spec(RdmaOperation operation, WaitPolicy wait = WaitPolicy::kSpin) {
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, operation, wait);
  spec.of<xr::RdmaOptions>().connect_by = ConnectBy::kRdmaCm;
  return spec;
}

/// Skips the case where rdma_cm is not to be had.
void need_cm() {
  need_rdma();
  try {
    make_endpoint(cm_spec(RdmaOperation::kSend))->open();
  } catch (const Error& error) {
    const std::string& code = error.fault().code;
    if (code != "UNSUPPORTED" && code != "RDMA_CM_NO_LIBRARY") throw;
    throw test::Skipped(error.fault().message);
  }
}

std::optional<Fault> fault_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault();
  }
  return std::nullopt;
}

std::string code_of(const std::function<void()>& body) {
  const auto fault = fault_of(body);
  return fault ? fault->code : "";
}

std::future<void> accepting(Endpoint& server, const Blob& client) {
  return std::async(std::launch::async, [&server, client] { server.connect(client); });
}

void check_run(const EndpointSpec& spec) {
  RdmaPair pair(spec);
  auto accepted = accepting(*pair.server, pair.for_server);
  pair.client->connect(pair.for_client);
  accepted.get();
  CHECK_EQ(pair.client->effective().rdma->connect_by, "rdma-cm");
  const auto [client, server] = pair.run();
  check_no_fault(spec, client);
  check_no_fault(spec, server);
  CHECK_EQ(client.links.size(), spec.link_count());
}

TEST("rdma cm device: ping-pong of each operation") {
  need_cm();
  for (const auto operation :
       {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kWriteImm, RdmaOperation::kRead,
        RdmaOperation::kFetchAdd, RdmaOperation::kCompareSwap}) {
    EndpointSpec spec = cm_spec(operation);
    spec.of<xr::RdmaOptions>().verify = true;
    check_run(spec);
  }
  check_run(cm_spec(RdmaOperation::kSend, WaitPolicy::kBlock));
}

TEST("rdma cm device: streams of four queue pairs in each direction") {
  need_cm();
  for (const auto operation : {RdmaOperation::kSend, RdmaOperation::kWrite, RdmaOperation::kRead}) {
    EndpointSpec spec = cm_spec(operation, WaitPolicy::kBlock);
    spec.workload = Workload::kStream;
    spec.stream.direction = Direction::kBoth;
    spec.stream.streams = 4;
    spec.message_bytes = 4096;
    spec.phases.iterations = 200;
    check_run(spec);
  }
}

TEST("rdma cm device: a stranger is refused, and does not keep the peer out") {
  need_cm();
  const EndpointSpec spec = cm_spec(RdmaOperation::kSend);
  RdmaPair pair(spec);
  auto accepted = accepting(*pair.server, pair.for_server);
  const auto stranger = make_endpoint(spec);
  stranger->open();
  RdmaBlob wrong = decode_rdma_blob(pair.for_client, 1);
  wrong.cm_token[0] ^= 1;
  const auto fault = fault_of([&] { stranger->connect(encode_rdma_blob(wrong)); });
  CHECK(fault.has_value());
  CHECK_EQ(fault->code, "RDMA_CM");
  CHECK(fault->message.find("does not know this connection") != std::string::npos);
  pair.client->connect(pair.for_client);
  accepted.get();
}

TEST("rdma cm device: where nobody listens is refused soon") {
  need_cm();
  RdmaPair pair(cm_spec(RdmaOperation::kSend));
  pair.server->close();
  const auto fault = fault_of([&] { pair.client->connect(pair.for_client); });
  CHECK(fault.has_value());
  CHECK_EQ(fault->code, "RDMA_CM");
  CHECK(fault->message.find("nobody listens") != std::string::npos);
}

TEST("rdma cm device: an address that leads nowhere ends within the connect timeout") {
  need_cm();
  EndpointSpec spec = cm_spec(RdmaOperation::kSend);
  spec.connect_timeout_ns = 3 * kNsPerSec;
  RdmaPair pair(spec);
  RdmaBlob nowhere = decode_rdma_blob(pair.for_client, 1);
  // The same network, and nobody there.
  nowhere.cm_address[15] = 250;
  const std::uint64_t began_ns = monotonic_raw_ns();
  const std::string code = code_of([&] { pair.client->connect(encode_rdma_blob(nowhere)); });
  CHECK(code == "RDMA_CM" || code == "CONNECT_TIMEOUT");
  CHECK(monotonic_raw_ns() - began_ns < 10 * kNsPerSec);
}

TEST("rdma cm device: a peer that never comes ends the wait, and so does a stop") {
  need_cm();
  EndpointSpec spec = cm_spec(RdmaOperation::kSend);
  RdmaPair stopped(spec);
  auto waiting = accepting(*stopped.server, stopped.for_server);
  stopped.server->stop();
  CHECK_EQ(code_of([&] { waiting.get(); }), "STOPPED");

  spec.connect_timeout_ns = 100 * kNsPerMs;
  RdmaPair late(spec);
  CHECK_EQ(code_of([&] { late.server->connect(late.for_server); }), "CONNECT_TIMEOUT");
}

TEST("rdma cm device: both ends connect in the same way") {
  need_cm();
  EndpointSpec spec = cm_spec(RdmaOperation::kSend);
  const auto by_cm = make_endpoint(spec);
  spec.of<xr::RdmaOptions>().connect_by = ConnectBy::kExchange;
  const auto by_exchange = make_endpoint(spec);
  const Blob blob = by_exchange->open();
  by_cm->open();
  CHECK_EQ(code_of([&] { by_cm->connect(blob); }), "BAD_BLOB");
}

TEST("rdma cm: what it does not connect, and what iWARP does not have, is refused by name") {
  EndpointSpec spec = cm_spec(RdmaOperation::kSend);
  spec.of<xr::RdmaOptions>().queue_pair = QueuePairType::kUd;
  CHECK_EQ(code_of([&] { check_rdma_spec(spec); }), "BAD_SPEC");

  spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  check_iwarp(spec, "siw0");
  const auto refusal = [&] {
    const auto fault = fault_of([&] { check_iwarp(spec, "siw0"); });
    return fault ? fault->code + " " + fault->message : "";
  };
  spec.workload = Workload::kStream;
  CHECK(refusal().find("UNSUPPORTED siw0") == 0);
  for (const auto operation :
       {RdmaOperation::kWriteImm, RdmaOperation::kFetchAdd, RdmaOperation::kCompareSwap}) {
    spec = rdma_spec(QueuePairType::kRc, operation, WaitPolicy::kSpin);
    CHECK(refusal().find("UNSUPPORTED siw0") == 0);
  }
  spec = rdma_spec(QueuePairType::kUc, RdmaOperation::kSend, WaitPolicy::kSpin);
  CHECK(refusal().find("uc queue pairs") != std::string::npos);
}

TEST("rdma cm: an address is the same after a GID's form of it") {
  for (const char* text : {"192.0.2.7", "2001:db8::7", "fe80::7"}) {
    const SocketAddress address = parse_address(text, 99);
    const SocketAddress back = socket_address(mapped_address(address), 99, 0);
    CHECK_EQ(back.family(), address.family());
    CHECK_EQ(back.text(), address.text());
    CHECK_EQ(back.port(), 99);
  }
}

}  // namespace
