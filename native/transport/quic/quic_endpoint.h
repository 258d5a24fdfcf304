#pragma once

#include <cstdint>
#include <memory>

#include "transport/endpoint.h"

namespace xr {

std::unique_ptr<Endpoint> make_quic_endpoint(const EndpointSpec& spec);

/// Of `buffer_bytes`.
std::uint64_t quic_buffer_bytes(const EndpointSpec& spec);

}  // namespace xr
