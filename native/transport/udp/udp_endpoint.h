#pragma once

#include <cstdint>
#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// UDP over connected sockets, one per link, whose ports both ends tell each other.
std::unique_ptr<Endpoint> make_udp_endpoint(const EndpointSpec& spec);

/// Of `buffer_bytes`.
std::uint64_t udp_buffer_bytes(const EndpointSpec& spec);

}  // namespace xr
