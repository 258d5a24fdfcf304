#pragma once

#include <cstdint>

#include "transport/endpoint_spec.h"

namespace xr {

/// What the buffers of an endpoint take at the most: for messages, for packets, and for what a peer
/// may send before it is read. Not what the kernel grants its sockets, nor what libraries keep for
/// themselves. An agent counts the same beforehand (src/session/agent/buffers.ts). Throws
/// UNSUPPORTED for a transport of another addon file.
std::uint64_t buffer_bytes(const EndpointSpec& spec);

}  // namespace xr
