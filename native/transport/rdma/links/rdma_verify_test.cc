#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "transport/rdma/links/lane_pair.h"
#include "transport/rdma/links/link_for.h"

// One byte is wrong, or one number: what checks the data of each operation finds it, and where.

namespace {

using namespace xr;
using test::LanePair;
using test::need_rdma;
using test::RawSender;
using test::rdma_spec;
using test::text_of;

constexpr std::uint64_t kBytes = 100;
constexpr std::size_t kWrong = 37;

EndpointSpec verified(QueuePairType type, RdmaOperation operation, Workload workload) {
  EndpointSpec spec = rdma_spec(type, operation, WaitPolicy::kSpin);
  spec.workload = workload;
  spec.of<xr::RdmaOptions>().verify = true;
  // Numbers are the test's.
  spec.guarded = false;
  if (!is_atomic(operation)) spec.message_bytes = kBytes;
  return spec;
}

template <class Link>
void check_found(const EndpointSpec& spec, Io io, const Link& link) {
  const auto fault = link.fault();
  if (io != Io::kError || !fault) throw std::runtime_error(text_of(spec) + " found nothing");
  CHECK_EQ(fault->code, "DATA_MISMATCH");
  if (is_atomic(spec.of<xr::RdmaOptions>().operation)) return;
  if (fault->message.find("from byte " + std::to_string(kWrong) + " on") == std::string::npos)
    throw std::runtime_error(text_of(spec) + ": " + fault->message);
}

template <bool kLossy>
void check_message_ping_pong(const EndpointSpec& spec) {
  LanePair pair(spec, Role::kInitiator, Role::kResponder);
  pair.connect();
  const Waker waker;
  RawSender sender(pair.client, spec, waker);
  MessagePingPongLink<WaitPolicy::kSpin, kLossy> link(pair.server, spec, waker);
  sender.fill(0, kWrong);
  sender.post(0);
  check_found(spec, link.receive_request(), link);
}

template <bool kLossy>
void check_message_stream(const EndpointSpec& spec) {
  LanePair pair(spec, Role::kSender, Role::kReceiver);
  pair.connect();
  const Waker waker;
  RawSender sender(pair.client, spec, waker);
  MessageReceiverLink<WaitPolicy::kSpin, kLossy> link(pair.server, spec, waker);
  sender.fill(0, kWrong);
  sender.post(0);
  check_found(spec, link.receive_some(), link);
}

constexpr struct {
  QueuePairType type;
  RdmaOperation operation;
} kMessages[] = {
    {QueuePairType::kRc, RdmaOperation::kSend},     {QueuePairType::kUc, RdmaOperation::kSend},
    {QueuePairType::kUd, RdmaOperation::kSend},     {QueuePairType::kRc, RdmaOperation::kWriteImm},
    {QueuePairType::kUc, RdmaOperation::kWriteImm},
};

TEST("rdma device: a wrong byte is found in ping-pong of send and write-imm") {
  need_rdma();
  for (const auto& [type, operation] : kMessages) {
    const EndpointSpec spec = verified(type, operation, Workload::kPingPong);
    if (type == QueuePairType::kRc) {
      check_message_ping_pong<false>(spec);
    } else {
      check_message_ping_pong<true>(spec);
    }
  }
}

TEST("rdma device: a wrong byte is found in streams of send and write-imm") {
  need_rdma();
  for (const auto& [type, operation] : kMessages) {
    const EndpointSpec spec = verified(type, operation, Workload::kStream);
    if (type == QueuePairType::kRc) {
      check_message_stream<false>(spec);
    } else {
      check_message_stream<true>(spec);
    }
  }
}

/// The responder of a verified ping-pong of plain writes, and a peer that writes what it likes. The
/// last byte is the number of the message, from one on.
template <bool kLossy>
struct WrittenTo {
  explicit WrittenTo(QueuePairType type)
      : spec(verified(type, RdmaOperation::kWrite, Workload::kPingPong)) {
    pair.connect();
    sender.emplace(pair.client, spec, waker);
    link.emplace(pair.server, spec, waker);
    sender->fill(1, kWrong);
    sender->byte(kBytes - 1) = 1;
  }

  const EndpointSpec spec;
  LanePair pair{spec, Role::kInitiator, Role::kResponder};
  const Waker waker;
  std::optional<RawSender> sender;
  std::optional<WritePingPongLink<WaitPolicy::kSpin, kLossy>> link;
};

template <bool kLossy>
void check_write_ping_pong(QueuePairType type) {
  WrittenTo<kLossy> end(type);
  end.sender->post(0);
  check_found(end.spec, end.link->receive_request(), *end.link);
}

TEST("rdma device: a wrong byte is found in ping-pong of plain writes") {
  need_rdma();
  check_write_ping_pong<false>(QueuePairType::kRc);
  check_write_ping_pong<true>(QueuePairType::kUc);
}

template <bool kLossy>
void check_write_in_parts(QueuePairType type) {
  WrittenTo<kLossy> end(type);
  end.sender->byte(kWrong) ^= 0x40;
  // The end first, as the kernel's memcpy may place it.
  std::atomic_ref<std::uint8_t>(end.pair.server.rx_slot(0)[kBytes - 1]).store(1);
  // The longer after the first look the rest comes, the surer does a hasty one fail.
  std::jthread placing([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    end.sender->post(0);
  });
  CHECK(end.link->receive_request() == Io::kOk);
}

TEST("rdma device: a plain write is there when all of it is, whichever byte is placed first") {
  need_rdma();
  check_write_in_parts<false>(QueuePairType::kRc);
  check_write_in_parts<true>(QueuePairType::kUc);
}

TEST("rdma device: a wrong byte is found in a stream of plain writes") {
  need_rdma();
  const EndpointSpec spec = verified(QueuePairType::kRc, RdmaOperation::kWrite, Workload::kStream);
  LanePair pair(spec, Role::kSender, Role::kReceiver);
  pair.connect();
  const Waker waker;
  RawSender sender(pair.client, spec, waker);
  sender.fill(0, kWrong);
  sender.post(0);
  CHECK_EQ(sender.status(), IBV_WC_SUCCESS);
  // As the mark that a sender writes after its messages.
  auto* mark = reinterpret_cast<std::uint64_t*>(pair.server.memory() + kProgressOffset);
  std::atomic_ref<std::uint64_t>(*mark).store(1);
  WriteReceiverLink<WaitPolicy::kSpin> link(pair.server, spec, waker);
  check_found(spec, link.receive_some(), link);
}

TEST("rdma device: a wrong byte is found by reads, whichever of a list brings it") {
  need_rdma();
  EndpointSpec spec = verified(QueuePairType::kRc, RdmaOperation::kRead, Workload::kPingPong);
  LanePair ping_pong(spec, Role::kInitiator, Role::kResponder);
  ping_pong.connect();
  ping_pong.server.rx_slot(0)[kWrong] ^= 1;
  const Waker waker;
  OneSidedInitiatorLink<WaitPolicy::kSpin> initiator(ping_pong.client, spec, waker);
  CHECK(initiator.send_request() == Io::kOk);
  check_found(spec, initiator.receive_reply(), initiator);

  spec.workload = Workload::kStream;
  spec.of<xr::RdmaOptions>().tx_depth = 16;
  spec.of<xr::RdmaOptions>().post_list = 4;
  LanePair stream(spec, Role::kReceiver, Role::kSender);
  stream.connect();
  stream.server.rx_slot(3)[kWrong] ^= 1;
  ReadReceiverLink<WaitPolicy::kSpin> receiver(stream.client, spec, waker);
  Io io = Io::kOk;
  for (int i = 0; i < 16 && io == Io::kOk; ++i) io = receiver.receive_some();
  check_found(spec, io, receiver);
}

TEST("rdma device: an atomic operation that returns another number is found") {
  need_rdma();
  for (const auto operation : {RdmaOperation::kFetchAdd, RdmaOperation::kCompareSwap}) {
    const EndpointSpec spec = verified(QueuePairType::kRc, operation, Workload::kPingPong);
    LanePair pair(spec, Role::kInitiator, Role::kResponder);
    pair.connect();
    const Waker waker;
    OneSidedInitiatorLink<WaitPolicy::kSpin> link(pair.client, spec, waker);
    CHECK(link.send_request() == Io::kOk);
    CHECK(link.receive_reply() == Io::kOk);
    auto* word = reinterpret_cast<std::uint64_t*>(pair.server.memory() + kAtomicOffset);
    CHECK_EQ(std::atomic_ref<std::uint64_t>(*word).exchange(7), 1u);
    CHECK(link.send_request() == Io::kOk);
    check_found(spec, link.receive_reply(), link);
    CHECK(link.fault()->message.find("returned 7 where 1 was expected") != std::string::npos);
  }
}

}  // namespace
