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
  ConnectBy connect_by = ConnectBy::kExchange;
  /// Of rdma_cm: where the server listens (an IPv4 address as its IPv4-mapped IPv6 address; the
  /// client's port is 0), and what only somebody who has this description knows. Zeros otherwise.
  std::uint16_t cm_port = 0;
  std::array<std::uint8_t, 16> cm_address{};
  std::array<std::uint8_t, 16> cm_token{};
  std::vector<LaneAddress> lanes;

  bool operator==(const RdmaBlob&) const = default;
};

Blob encode_rdma_blob(const RdmaBlob& blob);

/// Throws BAD_BLOB for anything that `encode_rdma_blob` does not write, and for another number of
/// lanes.
RdmaBlob decode_rdma_blob(const Blob& bytes, std::size_t lane_count);

}  // namespace xr
