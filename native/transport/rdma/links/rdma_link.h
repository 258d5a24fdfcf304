#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <optional>

#include "measure/clock.h"
#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/rdma/links/completions.h"
#include "workload/io.h"

namespace xr {

/// What every link over a lane has: its completions, its send queue, its counters, its failure.
template <WaitPolicy kWait>
class RdmaLink {
 public:
  RdmaLink(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : lane_(lane),
        message_bytes_(spec.message_bytes),
        idle_timeout_ns_(spec.wait_ns()),
        verify_(spec.of<RdmaOptions>().verify),
        completions_(lane, waker),
        room_(lane.shape().tx_depth),
        signal_every_(lane.shape().signal_every) {}

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return {waiting_in_, 0}; }
  std::optional<Fault> fault() const { return fault_of(completions_.failure()); }

 protected:
  static bool is_receive(const ibv_wc& completion) noexcept {
    return (completion.wr_id & wire::kReceiveTag) != 0;
  }

  /// A work request for one message from `buffer`, which outlives it.
  ibv_send_wr message_to_peer(const EndpointSpec& spec, ibv_sge& buffer,
                              std::uint8_t* from) const noexcept {
    const RdmaOptions& rdma = spec.of<RdmaOptions>();
    buffer = {reinterpret_cast<std::uintptr_t>(from), static_cast<std::uint32_t>(message_bytes_),
              lane_.local_key()};
    ibv_send_wr request{};
    request.sg_list = &buffer;
    request.num_sge = 1;
    request.opcode = opcode_for(rdma);
    if (lane_.inline_bytes() >= message_bytes_) request.send_flags = IBV_SEND_INLINE;
    if (rdma.queue_pair == QueuePairType::kUd) {
      request.wr.ud.ah = lane_.address_handle();
      request.wr.ud.remote_qpn = lane_.peer().queue_pair;
      request.wr.ud.remote_qkey = lane_.peer_queue_key();
    } else if (is_atomic(rdma.operation)) {
      request.wr.atomic.remote_addr = lane_.peer().memory + kAtomicOffset;
      request.wr.atomic.rkey = lane_.peer().rkey;
    } else {
      request.wr.rdma.remote_addr = lane_.peer().memory + kControlBytes;
      request.wr.rdma.rkey = lane_.peer().rkey;
    }
    return request;
  }

  unsigned room() const noexcept { return room_; }
  bool signal_is_due(unsigned count) const noexcept {
    return since_signal_ + count >= signal_every_;
  }
  void released(const ibv_wc& completion) noexcept {
    room_ += static_cast<unsigned>(completion.wr_id);
  }

  /// Hands over a chain that carries `count` messages. When enough have gone without, its last
  /// request asks for a completion, which releases them all.
  Io post(ibv_send_wr& first, ibv_send_wr& last, unsigned count) noexcept {
    room_ -= count;
    since_signal_ += count;
    if (since_signal_ >= signal_every_) {
      last.send_flags |= IBV_SEND_SIGNALED;
      last.wr_id = since_signal_;
      since_signal_ = 0;
    }
    ibv_send_wr* refused = nullptr;
    const int error = ibv_post_send(lane_.queue_pair(), &first, &refused);
    last.send_flags &= ~static_cast<unsigned>(IBV_SEND_SIGNALED);
    return error == 0 ? Io::kOk : completions_.failed("ibv_post_send", error);
  }

  /// Waits until there is room for `count` messages; `on_receive` takes receives that come
  /// meanwhile.
  template <class OnReceive>
  Io make_room(unsigned count, const OnReceive& on_receive) noexcept {
    while (room_ < count) {
      const ibv_wc* completion = nullptr;
      if (const Io io = completions_.next(completion, idle_timeout_ns_); io != Io::kOk) return io;
      if (completion->status != IBV_WC_SUCCESS) return completions_.fail(*completion);
      if (is_receive(*completion)) {
        on_receive(*completion);
      } else {
        released(*completion);
      }
    }
    return Io::kOk;
  }
  Io make_room(unsigned count) noexcept {
    return make_room(count, [](const ibv_wc&) {});
  }

  /// Takes what has completed, without waiting: a failure shows here while memory is polled.
  Io reap() noexcept {
    for (const ibv_wc* done = completions_.poll(); done != nullptr; done = completions_.poll()) {
      if (done->status != IBV_WC_SUCCESS) return completions_.fail(*done);
      released(*done);
    }
    return Io::kOk;
  }

  /// Waits until `arrived()`, which looks at memory that the peer writes. Nothing wakes a sleeper
  /// there, so that with `kBlock` it looks once a millisecond.
  template <class Arrived>
  Io watch_memory(const Arrived& arrived, std::uint64_t limit_ns) noexcept {
    SpinGuard guard(limit_ns, completions_.stop());
    std::uint64_t polls = 0;
    [[maybe_unused]] const std::uint64_t began_ns =
        kWait == WaitPolicy::kBlock ? monotonic_raw_ns() : 0;
    while (!arrived()) {
      waiting_in_ = "the peer's memory writes";
      if constexpr (kWait == WaitPolicy::kSpin) {
        if (const Io io = guard.poll(); io != Io::kOk) return io;
        if ((++polls & 1023) != 0) [[likely]]
          continue;
      } else {
        const Io io = sleep_on(-1, completions_.event_fd(), kNapNs);
        if (io != Io::kDue && io != Io::kNothing) return io;
        if (monotonic_raw_ns() - began_ns > limit_ns) return Io::kStalled;
      }
      if (const Io io = reap(); io != Io::kOk) return io;
    }
    return Io::kOk;
  }

  Lane& lane_;
  std::uint64_t message_bytes_;
  std::uint64_t idle_timeout_ns_;
  bool verify_;
  Completions<kWait> completions_;
  Counters counters_;
  const char* waiting_in_ = "ibv_poll_cq";

 private:
  static constexpr std::uint64_t kNapNs = kNsPerMs;

  /// Where messages can be lost each carries its number as immediate data.
  static ibv_wr_opcode opcode_for(const RdmaOptions& rdma) noexcept {
    switch (rdma.operation) {
      case RdmaOperation::kSend:
        return rdma.queue_pair == QueuePairType::kRc ? IBV_WR_SEND : IBV_WR_SEND_WITH_IMM;
      case RdmaOperation::kWrite: return IBV_WR_RDMA_WRITE;
      case RdmaOperation::kWriteImm: return IBV_WR_RDMA_WRITE_WITH_IMM;
      case RdmaOperation::kRead: return IBV_WR_RDMA_READ;
      case RdmaOperation::kFetchAdd: return IBV_WR_ATOMIC_FETCH_AND_ADD;
      case RdmaOperation::kCompareSwap: return IBV_WR_ATOMIC_CMP_AND_SWP;
    }
    return IBV_WR_SEND;
  }

  unsigned room_;
  unsigned signal_every_;
  unsigned since_signal_ = 0;
};

}  // namespace xr
