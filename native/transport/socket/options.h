#pragma once

#include <cstdint>
#include <optional>

#include "transport/endpoint_spec.h"
#include "transport/outcome.h"

namespace xr {

/// Applies what was asked for, before bind or connect, so that buffers count in the TCP handshake.
/// Each refusal throws UNSUPPORTED: an option that silently does nothing would make the result lie.
void apply_socket_options(int fd, int family, bool tcp, const SocketOptions& options);

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

/// Datagrams that the kernel dropped because this socket's buffer was full (SO_MEMINFO,
/// SK_MEMINFO_DROPS); 0 when it cannot say.
std::uint64_t socket_drops(int fd) noexcept;

}  // namespace xr
