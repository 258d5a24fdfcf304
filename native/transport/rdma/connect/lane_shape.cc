#include "transport/rdma/connect/lane_shape.h"

#include <algorithm>

#include "workload/message_head.h"

namespace xr {
namespace {

// Buffers of a stream together stay within a second-level cache.
constexpr std::size_t kWarmBytes = std::size_t{256} << 10;
// What the buffers of an endpoint may take where each message needs one of its own.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr unsigned kMostQueued = 8192;
constexpr unsigned kMostSlots = 64;
constexpr unsigned kDefaultTxDepth = 128;
constexpr unsigned kDefaultRxDepth = 512;
constexpr unsigned kPingPongReceives = 16;
constexpr unsigned kMostUnsignalled = 16;
// Beyond this a list saves less than its batch delays.
constexpr std::size_t kListedBytes = 4096;
constexpr unsigned kDefaultList = 16;
// Progress of a stream is told at least so often.
constexpr std::size_t kSignalBytes = std::size_t{1} << 20;
// A message of a message link that is longer is cut: the first part is under way while the next is
// written, and receives need not be as long as the longest.
constexpr std::size_t kPartBytes = std::size_t{32} << 10;
// Largest MTU of InfiniBand, and so the largest message of UD.
constexpr std::size_t kMostPacketBytes = 4096;
constexpr std::size_t kMessageLinkBytes = std::size_t{8} << 20;
// mlx5 and its kin copy up to about this much into a work request at no cost.
constexpr unsigned kDefaultInlineBytes = 220;

unsigned within(std::size_t budget, std::size_t each, unsigned least, unsigned most) {
  return static_cast<unsigned>(std::clamp<std::size_t>(budget / each, least, most));
}

unsigned or_default(const std::optional<int>& asked, unsigned otherwise) {
  return asked ? static_cast<unsigned>(*asked) : otherwise;
}

unsigned wanted_inline(const EndpointSpec& spec) {
  if (is_one_sided(spec.of<RdmaOptions>().operation)) return 0;
  if (const auto& asked = spec.of<RdmaOptions>().inline_bytes) return static_cast<unsigned>(*asked);
  return spec.message_bytes <= kDefaultInlineBytes ? static_cast<unsigned>(spec.message_bytes) : 0;
}

bool receives_messages(RdmaOperation operation) {
  return operation == RdmaOperation::kSend || operation == RdmaOperation::kWriteImm;
}

void shape_ping_pong(const EndpointSpec& spec, LaneShape& shape) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  if (is_one_sided(rdma.operation)) return;
  const unsigned automatic = rdma.operation == RdmaOperation::kWrite
                                 ? within(kWarmBytes / 2, shape.stride, 1, kMostUnsignalled)
                                 : kMostUnsignalled;
  shape.signal_every = or_default(rdma.signal_every, automatic);
  if (rdma.operation == RdmaOperation::kWrite)
    shape.signal_every =
        std::min(shape.signal_every, within(kMostBytes / 2, shape.stride, 1, kMostQueued));
  shape.tx_depth = 2 * shape.signal_every;
  if (rdma.verify && receives_messages(rdma.operation)) {
    // The one buffer changes each time: what was sent from it must be through.
    shape.signal_every = 1;
    shape.tx_depth = 1;
  }
  shape.send_work = shape.tx_depth;
  // The peer may still fetch a buffer whose message it has answered.
  if (rdma.operation == RdmaOperation::kWrite) shape.tx_slots = shape.tx_depth;
  if (receives_messages(rdma.operation)) {
    shape.rx_depth = kPingPongReceives;
    shape.rx_block = kPingPongReceives / 2;
  }
}

void shape_stream(const EndpointSpec& spec, Role role, LaneShape& shape) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  const RdmaOperation operation = rdma.operation;
  const bool small = spec.message_bytes <= kListedBytes;
  shape.tx_depth = or_default(rdma.tx_depth, kDefaultTxDepth);
  const unsigned half = std::max(1u, shape.tx_depth / 2);
  shape.post_list = std::min(half, or_default(rdma.post_list, small ? kDefaultList : 1));
  // Verified receives have a buffer each, of which four lists must fit.
  const unsigned verified = within(kMostBytes / spec.link_count(), shape.stride, 4, kMostQueued);
  if (rdma.verify) shape.post_list = std::min(shape.post_list, verified / 4);
  shape.signal_every = std::min(
      half, or_default(rdma.signal_every, within(kSignalBytes, spec.message_bytes, 1, half)));
  const unsigned slots = within(kWarmBytes, shape.stride, 2, kMostSlots);
  shape.rx_slots = slots;
  shape.tx_slots = std::min(slots, shape.tx_depth);
  // A mark after each signalled batch takes a place as well.
  shape.send_work = 2 * shape.tx_depth + 2;
  shape.credits = rdma.queue_pair == QueuePairType::kRc && receives_messages(operation);
  if (role == Role::kSender && operation == RdmaOperation::kWrite) {
    // A mark's completion releases at least one message.
    shape.marks = shape.tx_depth;
    // What is sent at a rate is told at that rate: to a slow one a second brings few messages.
    if (spec.stream.rate_bits_per_sec != 0 && !rdma.signal_every) shape.signal_every = 1;
    shape.inline_marks = rdma.inline_bytes != 0;
  }
  if (role == Role::kReceiver && receives_messages(operation)) {
    unsigned depth = or_default(rdma.rx_depth, kDefaultRxDepth);
    if (rdma.verify) depth = std::min(depth, verified);
    // Whole blocks, four of them; a list of the sender's must fit what is left while one is out.
    depth = std::max(depth, 4 * shape.post_list) / 4 * 4;
    shape.rx_depth = depth;
    shape.rx_block = depth / 4;
    if (rdma.verify) shape.rx_slots = depth;
    // It sends nothing but credits.
    shape.tx_depth = 8;
    shape.signal_every = 1;
    shape.post_list = 1;
    shape.send_work = shape.tx_depth;
  }
  // Credits arrive as messages without payload.
  if (role == Role::kSender && shape.credits) shape.receive_work = 16;
}

/// Both ends send and receive, and each slot has one message at a time.
void shape_messages(const EndpointSpec& spec, LaneShape& shape) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  const unsigned most = within(kMessageLinkBytes, shape.stride, 16, kDefaultRxDepth);
  shape.tx_depth =
      std::clamp(or_default(rdma.tx_depth, std::min(most, kDefaultTxDepth)), 4u, kMostQueued);
  shape.signal_every =
      std::min(shape.tx_depth / 2, or_default(rdma.signal_every, kMostUnsignalled));
  shape.send_work = shape.tx_depth;
  shape.tx_slots = shape.tx_depth;
  // Blocks of a quarter, of which one may be out.
  shape.rx_depth = std::max(kLeastMessageReceives, or_default(rdma.rx_depth, most)) / 4 * 4;
  shape.rx_block = shape.rx_depth / 4;
  shape.rx_slots = shape.rx_depth;
  shape.inline_bytes = or_default(rdma.inline_bytes, kDefaultInlineBytes);
}

std::size_t slot_bytes_of(const EndpointSpec& spec) {
  if (!spec.uses_messages()) return spec.message_bytes;
  if (spec.of<RdmaOptions>().queue_pair == QueuePairType::kUd) return kMostPacketBytes;
  return std::min(kPartBytes, static_cast<std::size_t>(spec.longest_message_bytes()) +
                                  kMessageHeadBytes + kFragmentHeadBytes);
}

}  // namespace

LaneShape shape_of(const EndpointSpec& spec, Role role) {
  LaneShape shape;
  shape.payload_offset = spec.of<RdmaOptions>().queue_pair == QueuePairType::kUd ? kGrhBytes : 0;
  shape.slot_bytes = slot_bytes_of(spec);
  const std::size_t bytes = shape.slot_bytes + shape.payload_offset;
  shape.stride = (bytes + kCacheLineBytes - 1) / kCacheLineBytes * kCacheLineBytes;
  shape.inline_bytes = wanted_inline(spec);
  if (spec.uses_messages()) {
    shape_messages(spec, shape);
  } else if (spec.workload == Workload::kPingPong) {
    shape_ping_pong(spec, shape);
  } else {
    shape_stream(spec, role, shape);
  }
  shape.receive_work = std::max(shape.receive_work, shape.rx_depth);
  shape.tx_offset = shape.rx_offset + shape.rx_slots * shape.stride;
  shape.mark_offset = shape.tx_offset + shape.tx_slots * shape.stride;
  shape.total_bytes = shape.mark_offset + shape.marks * sizeof(ProgressMark);
  return shape;
}

}  // namespace xr
