#pragma once

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"
#include "transport/outcome.h"

namespace xr {

/// Applies what was asked for, before bind or connect, so that buffers count in the TCP handshake.
/// Each refusal throws UNSUPPORTED: an option that silently does nothing would make the result lie.
void apply_socket_options(int fd, int family, bool tcp, const SocketOptions& options);

/// A socket of TCP, or of Multipath TCP where that was asked for, which does not block. Throws
/// UNSUPPORTED where the kernel has none.
UniqueFd stream_socket(int family, const SocketOptions& options);

/// From here on a call sleeps, as a socket does that was not made otherwise.
void make_blocking(int fd);

/// Whether a connection that was to be one of Multipath TCP is one, and has not fallen back to TCP
/// (MPTCP_INFO; RFC 8684 section 3.7).
bool is_multipath(int fd) noexcept;

/// Whether what arrived last came by a queue that can be polled (SO_INCOMING_NAPI_ID, 0 = none);
/// empty where the kernel does not say.
std::optional<bool> has_device_to_poll(int fd) noexcept;

/// A datagram that does not fit the path is refused by the send instead of being cut into
/// fragments, which QUIC demands (RFC 9000 section 14).
void forbid_fragments(int fd, int family);

/// SO_RCVTIMEO and SO_SNDTIMEO (socket(7)): a sleeping call gives up after them, without a further
/// system call.
void set_socket_timeouts(int fd, std::uint64_t receive_ns, std::uint64_t send_ns);

/// What one packet may carry on the way of a connected socket, its own headers included, as far as
/// the kernel has learnt (IP_MTU, ip(7)).
std::optional<int> path_mtu(int fd) noexcept;

/// Of IP, without options, and UDP.
std::uint64_t datagram_header_bytes(int fd) noexcept;

/// Reads back what was granted.
EffectiveSettings read_socket_settings(int fd, bool tcp);

/// What became of options that the path or the peer decides on, when a run is over: of all
/// connections of an endpoint, `socket_of(i)` being the socket of its link i.
template <class SocketOf>
void read_after_run(const EndpointSpec& spec, const SocketOptions& asked,
                    const SocketOf& socket_of, EffectiveSettings& settings) noexcept {
  if (spec.workload == Workload::kConnect) return;
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    const int fd = socket_of(i);
    if (asked.multipath) settings.multipath = settings.multipath.value_or(true) && is_multipath(fd);
    if (!asked.prefers_busy_poll) continue;
    if (const auto polls = has_device_to_poll(fd))
      settings.polls_device = settings.polls_device.value_or(true) && *polls;
  }
}

/// Datagrams that the kernel dropped because this socket's buffer was full (SO_MEMINFO,
/// SK_MEMINFO_DROPS); 0 when it cannot say.
std::uint64_t socket_drops(int fd) noexcept;

}  // namespace xr
