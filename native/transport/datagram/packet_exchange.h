#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "measure/stop_flag.h"
#include "transport/datagram/packet_inlet.h"
#include "transport/datagram/segmented_sender.h"
#include "transport/endpoint_spec.h"
#include "workload/io.h"

namespace xr {

/// What every pump has that moves packets between the socket of a lane and its connection, whatever
/// engine that is of: the two directions, what they count, which goes to the lane in the end, and
/// what the socket had to complain of. A lane has `fd`, `connection`, `segmenting`, `merging`,
/// `packets_sent`, `packets_received`, `strangers` and `send_calls`.
template <WaitPolicy kWait, class Lane>
class PacketExchange {
 public:
  PacketExchange(const PacketExchange&) = delete;
  PacketExchange& operator=(const PacketExchange&) = delete;

  /// Of both directions, where segmenting and merging were asked for or not.
  static constexpr std::size_t most_buffer_bytes(bool bulk, std::size_t largest_sent_bytes,
                                                 std::size_t largest_received_bytes,
                                                 bool offload_asked) noexcept {
    return SegmentedSender<kWait>::buffer_bytes(largest_sent_bytes, offload_asked) +
           PacketInlet<kWait>::most_buffer_bytes(bulk, largest_received_bytes, offload_asked);
  }

  auto& connection() noexcept { return connection_; }

  std::uint64_t refused() const noexcept { return sender_.refused(); }
  IoFailure failure() const noexcept { return failure_; }
  /// Signs of life: packets that only the peer can have made, and of which none came before.
  std::uint64_t heard() const noexcept { return heard_; }
  /// Datagrams that are not the peer's.
  std::uint64_t strangers() const noexcept { return strangers_ + inlet_.empty(); }
  /// That of the packet which is being read.
  const KernelBuffer& buffer() const noexcept { return inlet_.buffer(); }

 protected:
  /// `bulk`: many packets at a time are received, else one.
  PacketExchange(Lane& lane, bool bulk, std::size_t largest_sent_bytes,
                 std::size_t largest_received_bytes, std::uint64_t idle_timeout_ns,
                 const StopFlag& stop)
      : lane_(lane),
        connection_(*lane.connection),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        sender_(lane.fd.get(), largest_sent_bytes, lane.segmenting, idle_timeout_ns, stop),
        inlet_(lane.fd.get(), bulk, largest_received_bytes, lane.merging, stop, failure_) {}

  ~PacketExchange() {
    lane_.packets_sent += sender_.packets();
    lane_.send_calls += sender_.calls();
    lane_.packets_received += inlet_.packets() - strangers_;
    lane_.strangers += strangers();
    lane_.segmenting = sender_.segmenting();
  }

  /// After a wait that brought something, before which so much had been heard.
  Io after_wait(std::uint64_t heard_before, std::uint64_t limit_ns) noexcept {
    return heard_ != heard_before ? Io::kOk : inlet_.still_patient(limit_ns);
  }

  /// What was sent is lost, as on the way: the path carries less than it did.
  bool is_too_large(Io io) const noexcept {
    return io == Io::kError && failure_.errno_value == EMSGSIZE;
  }

  Lane& lane_;
  typename decltype(Lane::connection)::element_type& connection_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  SegmentedSender<kWait> sender_;
  IoFailure failure_;
  PacketInlet<kWait> inlet_;
  std::uint64_t heard_ = 0;
  /// Of the packets of `inlet_`.
  std::uint64_t strangers_ = 0;
};

}  // namespace xr
