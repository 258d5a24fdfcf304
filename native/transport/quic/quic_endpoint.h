#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

std::unique_ptr<Endpoint> make_quic_endpoint(const EndpointSpec& spec);

}  // namespace xr
