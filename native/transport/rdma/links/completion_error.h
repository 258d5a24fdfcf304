#pragma once

#include <optional>

#include "base/error.h"
#include "transport/rdma/device/verbs.h"

namespace xr {

/// What ended a lane, as numbers: the data path has no time for words.
struct LaneFailure {
  enum class Kind { kNone, kCompletion, kVerb, kChanged, kMismatch, kMisled } kind = Kind::kNone;
  ibv_wc_status status = IBV_WC_SUCCESS;
  std::uint32_t vendor_error = 0;
  const char* op = "";
  int errno_value = 0;
  /// Of changed data: which message, and (`got`) from which byte on. Of a mismatch: which atomic
  /// operation, and what it should have returned and did. Of a peer that misleads: how many
  /// messages had come, and (`got`) how many it says.
  std::uint64_t message = 0;
  std::uint64_t wanted = 0;
  std::uint64_t got = 0;
  /// Requests that ended unserved because of it.
  std::uint32_t flushed = 0;
};

/// The failure in words: its name, the likely cause and what to try. Empty when there is none. A
/// completion's code names its status where users can do something about it: RDMA_NO_ACK,
/// RDMA_NO_RECEIVE, RDMA_REMOTE_ACCESS, RDMA_REMOTE_REQUEST, RDMA_LOCAL_KEY, RDMA_LENGTH,
/// RDMA_FLUSHED, RDMA_DEVICE_FAILED; RDMA_COMPLETION for the rest.
std::optional<Fault> fault_of(const LaneFailure& failure);

}  // namespace xr
