#include "transport/rdma/links/completion_error.h"

namespace xr {
namespace {

struct Meaning {
  const char* code;
  const char* cause;
};

/// InfiniBand Architecture 1.x, section 11.6.2; ibv_poll_cq(3).
Meaning meaning_of(ibv_wc_status status) {
  switch (status) {
    case IBV_WC_RETRY_EXC_ERR:
      return {"RDMA_NO_ACK",
              "the peer did not acknowledge: it ended, or UDP port 4791 is filtered, or its GID is "
              "not reached from this one, or the path's MTU is smaller than the port's; look in "
              "this order"};
    case IBV_WC_RNR_RETRY_EXC_ERR:
      return {"RDMA_NO_RECEIVE", "the peer had no receive posted; try a larger receive depth"};
    case IBV_WC_REM_ACCESS_ERR:
      return {"RDMA_REMOTE_ACCESS", "the peer's memory key or address does not allow this access"};
    case IBV_WC_REM_INV_REQ_ERR:
      return {"RDMA_REMOTE_REQUEST",
              "the peer's queue pair does not take this operation or length"};
    case IBV_WC_REM_OP_ERR:
      return {"RDMA_REMOTE_REQUEST", "the peer could not carry out the operation"};
    case IBV_WC_LOC_PROT_ERR:
      return {"RDMA_LOCAL_KEY", "the local memory key does not cover the buffer"};
    case IBV_WC_LOC_LEN_ERR:
      return {"RDMA_LENGTH",
              "a message was longer than the buffer for it, or than the path's MTU allows"};
    case IBV_WC_LOC_QP_OP_ERR:
      return {"RDMA_COMPLETION", "the device cannot do this operation on this queue pair"};
    case IBV_WC_WR_FLUSH_ERR:
      return {"RDMA_FLUSHED",
              "the queue pair was in the error state already; what put it there was not told"};
    case IBV_WC_RESP_TIMEOUT_ERR: return {"RDMA_NO_ACK", "the peer answered too late"};
    case IBV_WC_FATAL_ERR:
      return {"RDMA_DEVICE_FAILED", "the device failed; its driver's log (dmesg) says more"};
    default: return {"RDMA_COMPLETION", "its driver's log (dmesg) may say more"};
  }
}

Fault completion_fault(const LaneFailure& failure) {
  const Meaning meaning = meaning_of(failure.status);
  std::string message = std::string("work completion ") +
                        std::to_string(static_cast<int>(failure.status)) + " (" +
                        verbs().wc_status_str(failure.status);
  if (failure.vendor_error != 0) message += ", vendor " + std::to_string(failure.vendor_error);
  message += std::string("): ") + meaning.cause;
  if (failure.flushed != 0) {
    message += " (" + std::to_string(failure.flushed) + " more " +
               (failure.flushed == 1 ? "request was" : "requests were") + " flushed after it)";
  }
  return Fault{meaning.code, "ibv_poll_cq", 0, message};
}

}  // namespace

std::optional<Fault> fault_of(const LaneFailure& failure) {
  switch (failure.kind) {
    case LaneFailure::Kind::kNone: return std::nullopt;
    case LaneFailure::Kind::kVerb:
      return errno_fault("RDMA_SETUP", failure.op, failure.errno_value);
    case LaneFailure::Kind::kChanged:
      return Fault{"DATA_MISMATCH", failure.op, 0,
                   "message " + std::to_string(failure.message) +
                       " arrived with other data than was sent, from byte " +
                       std::to_string(failure.got) + " on"};
    case LaneFailure::Kind::kMismatch:
      return Fault{"DATA_MISMATCH", failure.op, 0,
                   std::string(failure.op) + ": operation " + std::to_string(failure.message) +
                       " returned " + std::to_string(failure.got) + " where " +
                       std::to_string(failure.wanted) + " was expected"};
    case LaneFailure::Kind::kMisled:
      return Fault{"BAD_MESSAGE", failure.op, 0,
                   "the peer, which had written " + std::to_string(failure.message) +
                       " messages, says that they are " + std::to_string(failure.got) +
                       ", which cannot be"};
    case LaneFailure::Kind::kCompletion: break;
  }
  return completion_fault(failure);
}

}  // namespace xr
