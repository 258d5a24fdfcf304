#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "transport/rdma/connect/lane_shape.h"
#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/rdma/device/handles.h"
#include "transport/rdma/device/pinnable_pages.h"

namespace xr {

/// What a connection manager says of the two transitions of a queue pair (rdma_init_qp_attr(3)).
struct NegotiatedAttributes {
  ibv_qp_attr receive{};
  int receive_mask = 0;
  ibv_qp_attr send{};
  int send_mask = 0;
};

/// One queue pair with its completion queue and memory: all that a link needs, and nothing that it
/// shares with another. Members end in the order that verbs ask for: queue pair first.
class Lane {
 public:
  /// Makes everything, its memory on `numa_node` where there is a choice, and brings the queue pair
  /// to INIT. Throws RDMA_SETUP or RDMA_MEMLOCK.
  Lane(const ChosenPort& port, ibv_pd* domain, const EndpointSpec& spec, Role role,
       std::uint32_t queue_key, std::optional<int> numa_node = std::nullopt);

  LaneAddress address() const noexcept;

  /// Posts the first receives and goes to RTR and RTS. `mtu` is the one both ends can do.
  void connect(const ChosenPort& port, ibv_pd* domain, const RdmaBlob& local, const RdmaBlob& peer,
               const LaneAddress& peer_lane, ibv_mtu mtu);

  /// The two halves of `connect` where a connection manager stands between: first the receives,
  /// before the peer can send; then RTR and RTS by what was negotiated, but with the timers, the
  /// retries and the MTU of `connect`. Without the second where the device's driver does that.
  void expect(const RdmaBlob& peer, const LaneAddress& peer_lane);
  void connect_negotiated(NegotiatedAttributes negotiated, const ChosenPort& port,
                          const RdmaBlob& local, const RdmaBlob& peer, ibv_mtu mtu);

  const LaneShape& shape() const noexcept { return shape_; }
  ibv_qp* queue_pair() const noexcept { return queue_pair_.get(); }
  ibv_cq* completions() const noexcept { return completions_.get(); }
  ibv_comp_channel* channel() const noexcept { return channel_.get(); }
  ibv_ah* address_handle() const noexcept { return address_handle_.get(); }
  std::uint32_t local_key() const noexcept { return region_->lkey; }
  const LaneAddress& peer() const noexcept { return peer_; }
  std::uint32_t peer_queue_key() const noexcept { return peer_queue_key_; }
  const std::array<std::uint8_t, 16>& peer_gid() const noexcept { return peer_gid_; }
  /// The device is a part of the kernel.
  bool is_software() const noexcept { return software_; }
  unsigned inline_bytes() const noexcept { return inline_bytes_; }
  /// The device copies marks while they are posted, so that one word serves them all.
  bool copies_marks() const noexcept { return copies_marks_; }
  /// What one message of the queue pair carries at most: over UD a packet of the path.
  std::size_t datagram_bytes() const noexcept {
    return type_ == QueuePairType::kUd ? std::min(shape_.slot_bytes, path_mtu_bytes_)
                                       : shape_.slot_bytes;
  }

  const PinnablePages& pages() const noexcept { return pages_; }
  std::uint8_t* memory() const noexcept { return pages_.data(); }
  std::uint8_t* rx_slot(std::size_t slot) const noexcept {
    return pages_.data() + shape_.rx_offset + slot * shape_.stride;
  }
  std::uint8_t* tx_slot(std::size_t slot) const noexcept {
    return pages_.data() + shape_.tx_offset + slot * shape_.stride;
  }
  std::uint8_t* mark_word(std::size_t mark) const noexcept {
    return pages_.data() + shape_.mark_offset + mark * sizeof(ProgressMark);
  }

  /// Posts receives `block` × `rx_block` and following again. 0 or an errno.
  int post_receives(unsigned block) noexcept {
    ibv_recv_wr* refused = nullptr;
    return ibv_post_recv(queue_pair_.get(), &receives_[block * receive_block_], &refused);
  }
  unsigned receive_block() const noexcept { return receive_block_; }
  unsigned receive_count() const noexcept { return static_cast<unsigned>(receives_.size()); }

 private:
  void register_memory(ibv_pd* domain);
  void make_queue_pair(ibv_pd* domain, const EndpointSpec& spec);
  void prepare_receives(const EndpointSpec& spec, Role role);
  void to_init(const ChosenPort& port, std::uint32_t queue_key);

  LaneShape shape_;
  QueuePairType type_;
  bool software_ = false;
  int access_ = 0;
  PinnablePages pages_;
  MemoryRegion region_;
  CompletionChannel channel_;
  CompletionQueue completions_;
  QueuePair queue_pair_;
  AddressHandle address_handle_;
  std::vector<ibv_recv_wr> receives_;
  std::vector<ibv_sge> receive_buffers_;
  unsigned receive_block_ = 1;
  unsigned inline_bytes_ = 0;
  bool copies_marks_ = false;
  std::size_t path_mtu_bytes_ = 0;
  std::uint32_t packet_number_ = 0;
  std::uint32_t peer_queue_key_ = 0;
  std::array<std::uint8_t, 16> peer_gid_{};
  LaneAddress peer_;
};

}  // namespace xr
