#pragma once

#include <cstddef>
#include <optional>

namespace xr {

/// The largest UDP payload that goes to the peer of a connected socket in one packet, as far as is
/// known here: by the device, or by a router that has said so. Empty when the kernel does not tell.
std::optional<std::size_t> known_payload_bytes(int fd) noexcept;

/// As above, `most_bytes` at most. Throws PATH_MTU where it is less than QUIC needs (RFC 9000
/// section 14), with the MTU.
std::size_t usable_payload_bytes(int fd, std::size_t most_bytes);

}  // namespace xr
