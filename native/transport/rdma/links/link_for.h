#pragma once

#include <utility>

#include "transport/link_ends.h"
#include "transport/rdma/links/message_ping_pong_link.h"
#include "transport/rdma/links/one_sided_link.h"
#include "transport/rdma/links/rdma_messages.h"
#include "transport/rdma/links/stream_receiver_links.h"
#include "transport/rdma/links/stream_sender_link.h"
#include "transport/rdma/links/write_ping_pong_link.h"

namespace xr {
namespace detail {

template <WaitPolicy kWait, bool kLossy, class Visitor>
void with_ping_pong(Lane& lane, const EndpointSpec& spec, Role role, const Waker& waker,
                    const Visitor& visit) {
  const RdmaOperation operation = spec.of<RdmaOptions>().operation;
  if (is_one_sided(operation)) {
    if (role == Role::kResponder) {
      OneSidedTargetLink link(waker);
      return visit(kForPingPongResponder, link);
    }
    OneSidedInitiatorLink<kWait> link(lane, spec, waker);
    return visit(kForPingPongInitiator, link);
  }
  if (operation == RdmaOperation::kWrite) {
    if constexpr (kWait == WaitPolicy::kSpin) {
      WritePingPongLink<kWait, kLossy> link(lane, spec, waker);
      visit(kForPingPong, link);
    }
    return;
  }
  MessagePingPongLink<kWait, kLossy> link(lane, spec, waker);
  visit(kForPingPong, link);
}

template <WaitPolicy kWait, bool kLossy, class Visitor>
void with_receiver(Lane& lane, const EndpointSpec& spec, const Waker& waker, const Visitor& visit) {
  switch (spec.of<RdmaOptions>().operation) {
    case RdmaOperation::kWrite: {
      WriteReceiverLink<kWait> link(lane, spec, waker);
      return visit(kForStreamReceiver, link);
    }
    case RdmaOperation::kRead: {
      ReadReceiverLink<kWait> link(lane, spec, waker);
      return visit(kForStreamReceiver, link);
    }
    default: {
      MessageReceiverLink<kWait, kLossy> link(lane, spec, waker);
      return visit(kForStreamReceiver, link);
    }
  }
}

template <WaitPolicy kWait, bool kLossy, class Visitor>
void with_link_of(Lane& lane, const EndpointSpec& spec, Role role, const Waker& waker,
                  const Visitor& visit) {
  if (spec.uses_messages()) {
    MessageShape shape = message_shape_of(spec);
    RdmaMessages<kWait, kLossy> link(lane, spec, std::move(shape), waker);
    return visit(kForMessages, link);
  }
  if (spec.workload == Workload::kPingPong)
    return with_ping_pong<kWait, kLossy>(lane, spec, role, waker, visit);
  if (role == Role::kReceiver) return with_receiver<kWait, kLossy>(lane, spec, waker, visit);
  if (is_one_sided(spec.of<RdmaOptions>().operation)) {
    OneSidedTargetLink link(waker);
    return visit(kForStreamSender, link);
  }
  StreamSenderLink<kWait> link(lane, spec, waker);
  visit(kForStreamSender, link);
}

}  // namespace detail

/// Makes the link that `spec` asks of lane `i` and calls `visit` with what it serves and with it.
template <WaitPolicy kWait, class Visitor>
void with_link(Lane& lane, const EndpointSpec& spec, unsigned i, const Waker& waker,
               const Visitor& visit) {
  const Role role = spec.role_of(i);
  const bool lossy = spec.of<RdmaOptions>().queue_pair != QueuePairType::kRc;
  return lossy ? detail::with_link_of<kWait, true>(lane, spec, role, waker, visit)
               : detail::with_link_of<kWait, false>(lane, spec, role, waker, visit);
}

}  // namespace xr
