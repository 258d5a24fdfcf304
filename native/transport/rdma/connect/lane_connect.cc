#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "transport/rdma/connect/lane.h"
#include "transport/rdma/connect/retry_policy.h"

namespace xr {
namespace {

constexpr std::uint8_t kHopLimit = 64;

[[noreturn]] void throw_transition(const char* to, int error, const ChosenPort& port,
                                   const RdmaBlob& peer, ibv_mtu mtu) {
  ibv_gid gid{};
  std::memcpy(gid.raw, peer.gid.data(), peer.gid.size());
  std::string message = std::string("ibv_modify_qp to ") + to + ": " + errno_text(error) +
                        " (own GID " + std::to_string(port.gid_index) + " " +
                        gid_text(port.gid.gid) + ", peer's " + gid_text(gid) + ", MTU " +
                        std::to_string(mtu_bytes(mtu)) + ")";
  const char* code = "RDMA_SETUP";
  if (error == ETIMEDOUT || error == ENETUNREACH || error == EHOSTUNREACH) {
    code = "RDMA_NO_ROUTE";
    message += ": the peer's hardware address was not found";
  } else if (error == EINVAL) {
    code = "RDMA_BAD_ADDRESS";
    message += ": the device does not take this address";
  }
  throw Error(Fault{code, "ibv_modify_qp", error, message});
}

ibv_ah_attr address_of(const ChosenPort& port, const RdmaBlob& peer) {
  ibv_ah_attr address{};
  address.dlid = peer.lid;
  address.port_num = static_cast<std::uint8_t>(port.port);
  const bool needs_header =
      port.is_ethernet() || (port.attributes.flags & IBV_QPF_GRH_REQUIRED) != 0;
  if (!needs_header) return address;
  address.is_global = 1;
  std::memcpy(address.grh.dgid.raw, peer.gid.data(), peer.gid.size());
  address.grh.sgid_index = static_cast<std::uint8_t>(port.gid_index);
  address.grh.hop_limit = kHopLimit;
  return address;
}

}  // namespace

void Lane::to_init(const ChosenPort& port, std::uint32_t queue_key) {
  ibv_qp_attr attributes{};
  attributes.qp_state = IBV_QPS_INIT;
  attributes.port_num = static_cast<std::uint8_t>(port.port);
  int mask = IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT;
  if (type_ == QueuePairType::kUd) {
    attributes.qkey = queue_key;
    mask |= IBV_QP_QKEY;
  } else {
    attributes.qp_access_flags = static_cast<unsigned>(access_);
    mask |= IBV_QP_ACCESS_FLAGS;
  }
  if (const int error = verbs().modify_qp(queue_pair_.get(), &attributes, mask); error != 0)
    throw_errno("RDMA_SETUP", "ibv_modify_qp to INIT", error);
}

void Lane::expect(const RdmaBlob& peer, const LaneAddress& peer_lane) {
  peer_ = peer_lane;
  peer_queue_key_ = peer.queue_key;
  peer_gid_ = peer.gid;
  for (unsigned block = 0; block * receive_block_ < receives_.size(); ++block) {
    if (const int error = post_receives(block); error != 0)
      throw_errno("RDMA_SETUP", "ibv_post_recv", error);
  }
}

void Lane::connect_negotiated(NegotiatedAttributes negotiated, const ChosenPort& port,
                              const RdmaBlob& local, const RdmaBlob& peer, ibv_mtu mtu) {
  path_mtu_bytes_ = static_cast<std::size_t>(mtu_bytes(mtu));
  ibv_qp_attr& receive = negotiated.receive;
  receive.path_mtu = mtu;
  receive.max_dest_rd_atomic = local.incoming_reads;
  receive.min_rnr_timer = kRnrTimer;
  if (const int error = verbs().modify_qp(queue_pair_.get(), &receive, negotiated.receive_mask);
      error != 0)
    throw_transition("RTR", error, port, peer, mtu);

  ibv_qp_attr& send = negotiated.send;
  send.timeout = acknowledgement_timeout(port);
  send.retry_cnt = kRetries;
  send.rnr_retry = kRnrRetries;
  send.max_rd_atomic = outgoing_reads(port, peer);
  if (const int error = verbs().modify_qp(queue_pair_.get(), &send, negotiated.send_mask);
      error != 0)
    throw_transition("RTS", error, port, peer, mtu);
}

void Lane::connect(const ChosenPort& port, ibv_pd* domain, const RdmaBlob& local,
                   const RdmaBlob& peer, const LaneAddress& peer_lane, ibv_mtu mtu) {
  expect(peer, peer_lane);
  path_mtu_bytes_ = static_cast<std::size_t>(mtu_bytes(mtu));
  const bool reliable = type_ == QueuePairType::kRc;
  const bool datagrams = type_ == QueuePairType::kUd;
  const ibv_ah_attr address = address_of(port, peer);

  ibv_qp_attr attributes{};
  attributes.qp_state = IBV_QPS_RTR;
  int mask = IBV_QP_STATE;
  if (!datagrams) {
    attributes.path_mtu = mtu;
    attributes.dest_qp_num = peer_lane.queue_pair;
    attributes.rq_psn = peer_lane.packet_number;
    attributes.ah_attr = address;
    mask |= IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN;
  }
  if (reliable) {
    attributes.max_dest_rd_atomic = local.incoming_reads;
    attributes.min_rnr_timer = kRnrTimer;
    mask |= IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER;
  }
  if (const int error = verbs().modify_qp(queue_pair_.get(), &attributes, mask); error != 0)
    throw_transition("RTR", error, port, peer, mtu);

  attributes = {};
  attributes.qp_state = IBV_QPS_RTS;
  attributes.sq_psn = packet_number_;
  mask = IBV_QP_STATE | IBV_QP_SQ_PSN;
  if (reliable) {
    attributes.timeout = acknowledgement_timeout(port);
    attributes.retry_cnt = kRetries;
    attributes.rnr_retry = kRnrRetries;
    attributes.max_rd_atomic = outgoing_reads(port, peer);
    mask |= IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY | IBV_QP_MAX_QP_RD_ATOMIC;
  }
  if (const int error = verbs().modify_qp(queue_pair_.get(), &attributes, mask); error != 0)
    throw_transition("RTS", error, port, peer, mtu);

  if (!datagrams) return;
  ibv_ah_attr destination = address;
  address_handle_.reset(verbs().create_ah(domain, &destination));
  if (!address_handle_) throw_errno("RDMA_SETUP", "ibv_create_ah");
}

}  // namespace xr
