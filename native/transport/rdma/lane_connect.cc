#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "transport/rdma/lane.h"

namespace xr {
namespace {

// 4.096 µs × 2^14 = 67 ms, six times: a peer that is gone is noticed in under a second. Seven would
// mean for ever to rxe (drivers/infiniband/sw/rxe/rxe_comp.c), though not to the standard.
constexpr std::uint8_t kTimeout = 14;
constexpr std::uint8_t kRetries = 6;
// 0.64 ms each (InfiniBand Architecture 1.x, table 45), six times. Seven would mean for ever: a bug
// has to end as an error.
constexpr std::uint8_t kRnrTimer = 12;
constexpr std::uint8_t kRnrRetries = 6;
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

void Lane::connect(const ChosenPort& port, ibv_pd* domain, const RdmaBlob& local,
                   const RdmaBlob& peer, const LaneAddress& peer_lane, ibv_mtu mtu) {
  peer_ = peer_lane;
  peer_queue_key_ = peer.queue_key;
  for (unsigned block = 0; block * receive_block_ < receives_.size(); ++block) {
    if (const int error = post_receives(block); error != 0)
      throw_errno("RDMA_SETUP", "ibv_post_recv", error);
  }
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
    attributes.timeout = kTimeout;
    attributes.retry_cnt = kRetries;
    attributes.rnr_retry = kRnrRetries;
    attributes.max_rd_atomic = std::max<std::uint8_t>(
        1, static_cast<std::uint8_t>(std::min<int>(
               std::min(port.device.attributes.max_qp_init_rd_atom, 255), peer.incoming_reads)));
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
