#pragma once

#include <cstdint>
#include <memory>

#include "transport/endpoint.h"

namespace xr {

std::unique_ptr<Endpoint> make_tls_endpoint(const EndpointSpec& spec);

/// Of `buffer_bytes`.
std::uint64_t tls_buffer_bytes(const EndpointSpec& spec);

}  // namespace xr
