#pragma once

#include <cstdint>
#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// QUIC by the OpenSSL that this process has. Throws UNSUPPORTED where that has no QUIC.
std::unique_ptr<Endpoint> make_quic_openssl_endpoint(const EndpointSpec& spec);

/// Of `buffer_bytes`.
std::uint64_t quic_openssl_buffer_bytes(const EndpointSpec& spec);

}  // namespace xr
