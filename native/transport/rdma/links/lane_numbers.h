#pragma once

#include <cstdint>
#include <cstring>

#include "transport/endpoint_spec.h"
#include "transport/message/datagram_base.h"
#include "transport/rdma/connect/lane.h"
#include "transport/rdma/connect/wire.h"
#include "transport/rdma/device/gid_kind.h"

namespace xr {

/// The number with which the datagrams of one way begin: known to the two ends, which have told one
/// another of their queue pairs over the session.
inline std::uint64_t datagram_base_of(const LaneAddress& sender) noexcept {
  Token token{};
  detail::put(token.data(), sender.memory);
  detail::put(token.data() + 8, sender.rkey);
  detail::put(token.data() + 12, sender.packet_number);
  return datagram_base(token, sender.queue_pair);
}

/// Of messages that have their number as immediate data, which has room for so much of it. 0 where
/// none can get lost, and where the other end is of before.
inline std::uint32_t first_number(const EndpointSpec& spec, const LaneAddress& sender) noexcept {
  if (!spec.guarded || spec.of<RdmaOptions>().queue_pair == QueuePairType::kRc) return 0;
  return static_cast<std::uint32_t>(datagram_base_of(sender));
}

/// Of messages that come back as they went.
inline std::uint32_t first_number_to_and_fro(const EndpointSpec& spec, const Lane& lane) noexcept {
  return first_number(spec, lane.address()) ^ first_number(spec, lane.peer());
}

/// Who sent a datagram: whoever knows the queue key, of UD alone. Those of the peer's queue pair
/// and host are its own.
class DatagramSource {
 public:
  DatagramSource(const Lane& lane, const EndpointSpec& spec) noexcept
      : lane_(lane),
        is_ud_(spec.of<RdmaOptions>().queue_pair == QueuePairType::kUd) {
    const auto& gid = lane.peer_gid();
    ibv_gid peer{};
    std::memcpy(peer.raw, gid.data(), gid.size());
    // In front of the data there is a GRH, or an IPv4 header at its end (RoCE v2, annex 17).
    const bool is_ipv4 = is_mapped_ipv4(peer);
    at_ = is_ipv4 ? 20 + 12 : 8;
    bytes_ = is_ipv4 ? 4 : gid.size();
  }

  bool is_foreign(const ibv_wc& completion) const noexcept {
    if (!is_ud_) [[likely]]
      return false;
    if (completion.src_qp != lane_.peer().queue_pair) return true;
    if ((completion.wc_flags & IBV_WC_GRH) == 0) return false;
    const std::uint8_t* header = lane_.rx_slot(completion.wr_id & ~wire::kReceiveTag);
    const auto& gid = lane_.peer_gid();
    return std::memcmp(header + at_, gid.data() + gid.size() - bytes_, bytes_) != 0;
  }

 private:
  const Lane& lane_;
  bool is_ud_;
  std::size_t at_;
  std::size_t bytes_;
};

}  // namespace xr
