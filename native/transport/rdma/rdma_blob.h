#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "transport/endpoint.h"
#include "transport/rdma/rdma_options.h"

namespace xr {

/// Where one queue pair and the memory behind it are to be found.
struct LaneAddress {
  std::uint32_t queue_pair = 0;
  std::uint32_t packet_number = 0;
  std::uint32_t rkey = 0;
  std::uint32_t window_bytes = 0;
  std::uint64_t memory = 0;
  std::uint32_t rx_depth = 0;

  bool operator==(const LaneAddress&) const = default;
};

/// What the verbs transport tells its peer.
struct RdmaBlob {
  QueuePairType queue_pair = QueuePairType::kRc;
  RdmaOperation operation = RdmaOperation::kSend;
  bool ethernet = true;
  /// `ibv_mtu`, 1 to 5.
  std::uint8_t mtu = 1;
  std::uint8_t incoming_reads = 1;
  std::uint16_t lid = 0;
  std::uint32_t queue_key = 0;
  std::uint64_t node_guid = 0;
  std::array<std::uint8_t, 16> gid{};
  std::vector<LaneAddress> lanes;

  bool operator==(const RdmaBlob&) const = default;
};

Blob encode_rdma_blob(const RdmaBlob& blob);

/// Throws BAD_BLOB for anything that `encode_rdma_blob` does not write, and for another number of
/// lanes.
RdmaBlob decode_rdma_blob(const Blob& bytes, std::size_t lane_count);

}  // namespace xr
