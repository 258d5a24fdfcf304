#pragma once

#include <cstring>

#include "transport/rdma/links/rdma_link.h"

namespace xr {

/// Read, fetch-add or compare-swap, one at a time: a round trip to the far end's memory, in which
/// its processor has no part. What an atomic operation returns is checked always: it is the
/// message.
template <WaitPolicy kWait>
class OneSidedInitiatorLink : public RdmaLink<kWait> {
  using Base = RdmaLink<kWait>;

 public:
  OneSidedInitiatorLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : Base(lane, spec, waker),
        operation_(spec.of<RdmaOptions>().operation),
        into_(is_atomic(operation_) ? lane.memory() + kWordOffset : lane.tx_slot(0)),
        request_(this->message_to_peer(spec, buffer_, into_)) {
    if (operation_ == RdmaOperation::kFetchAdd) request_.wr.atomic.compare_add = 1;
  }

  Io send_request() noexcept {
    if (operation_ == RdmaOperation::kCompareSwap) {
      request_.wr.atomic.compare_add = number_;
      request_.wr.atomic.swap = number_ + 1;
    }
    return this->post(request_, request_, 1);
  }

  Io receive_reply() noexcept {
    if (const Io io = this->make_room(1); io != Io::kOk) [[unlikely]]
      return io;
    if (is_atomic(operation_)) return check_atomic();
    return this->verify_ ? check_read() : Io::kOk;
  }

 private:
  Io check_atomic() noexcept {
    std::uint64_t before = 0;
    std::memcpy(&before, into_, sizeof before);
    if (before != number_) [[unlikely]]
      return this->completions_.mismatch(name_of(operation_), number_, number_, before);
    ++number_;
    return Io::kOk;
  }

  Io check_read() noexcept {
    const std::size_t bytes = this->message_bytes_;
    const std::size_t differs = find_mismatch(into_, bytes, 0);
    if (differs != bytes) return this->completions_.changed(number_, differs);
    ++number_;
    std::memset(into_, 0, bytes);
    return Io::kOk;
  }

  RdmaOperation operation_;
  std::uint8_t* into_;
  ibv_sge buffer_{};
  ibv_send_wr request_;
  std::uint64_t number_ = 0;
};

/// The end whose memory is worked on: it waits, and does nothing else.
class OneSidedTargetLink {
 public:
  explicit OneSidedTargetLink(const Waker& waker) : event_fd_(waker.event_fd()) {}

  Io receive_request() noexcept { return wait(); }
  Io send_reply() noexcept { return Io::kOk; }

  Io send_some(std::uint64_t /*most*/) noexcept {
    const Io io = wait();
    return io == Io::kDue ? Io::kOk : io;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }

 private:
  /// Ends now and then, kDue, so that the window is met and the marks go on.
  Io wait() noexcept {
    const Io io = sleep_on(-1, event_fd_, kMarkNs);
    if (io == Io::kError) failure_ = {"ppoll", errno};
    return io == Io::kNothing ? Io::kDue : io;
  }

  static constexpr std::uint64_t kMarkNs = 25 * kNsPerMs;

  int event_fd_;
  Counters counters_;
  IoFailure failure_;
};

}  // namespace xr
