#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "base/unique_fd.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/datagram/packet_inlet.h"
#include "transport/endpoint_spec.h"
#include "transport/outcome.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

namespace xr {

/// The socket that an engine has for the packets of one connection, and what went over it.
struct PacketLane {
  UniqueFd fd;
  /// UDP_GRO is on.
  bool merging = false;
  /// UDP_SEGMENT may be used; cleared where the kernel refuses it.
  bool segmenting = false;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  /// Datagrams that were not the peer's.
  std::uint64_t strangers = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t handshake_ns = 0;
};

/// In front of a message and behind it, in a packet of QUIC: what its frame, its header and its tag
/// take at the most.
inline constexpr std::uint64_t kAroundMessageBytes = 100;

/// Whether a message may be more than one packet of at most `packet_bytes`.
constexpr bool is_many_packets(std::uint64_t message_bytes, std::uint64_t packet_bytes) noexcept {
  return message_bytes + kAroundMessageBytes > packet_bytes;
}

/// Whether packets are worth being moved many at a time.
inline bool is_bulk(const EndpointSpec& spec, std::uint64_t packet_bytes) noexcept {
  return spec.has_many_under_way() || is_many_packets(spec.longest_message_bytes(), packet_bytes);
}

/// For a run: offloads where they were asked for and packets are many, and an end of what sleeps.
inline void prepare(PacketLane& lane, bool bulk, const SocketOptions& asked,
                    std::uint64_t idle_timeout_ns, Waker& waker) {
  lane.segmenting = bulk && asked.segmentation_offload;
  lane.merging = lane.segmenting && enable_merging(lane.fd.get());
  set_socket_timeouts(lane.fd.get(), kPacketNapNs, idle_timeout_ns);
  // Only the receiving half: the farewell must still go out.
  waker.watch(lane.fd.get(), SHUT_RD);
}

/// Packets of all connections of an end, from the first of a handshake on.
struct PacketCount {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t send_calls = 0;

  void include(const PacketLane& lane) noexcept {
    sent += lane.packets_sent;
    received += lane.packets_received;
    send_calls += lane.send_calls;
  }
};

inline void tell_packets(QuicSettings& quic, const PacketCount& all) noexcept {
  quic.packets_sent = all.sent;
  quic.packets_received = all.received;
  quic.send_calls = all.send_calls;
}

/// How many packets a message of a run took, `before` being their count when it began.
inline void tell_economy(QuicSettings& quic, const PacketCount& before, const PacketCount& after,
                         const RunOutcome& outcome) noexcept {
  std::uint64_t messages = 0;
  for (const LinkOutcome& link : outcome.links) messages += link.total.messages + link.total.lost;
  if (messages == 0) return;
  const auto each = static_cast<double>(messages);
  quic.packets_sent_per_message = static_cast<double>(after.sent - before.sent) / each;
  quic.packets_received_per_message = static_cast<double>(after.received - before.received) / each;
}

}  // namespace xr
