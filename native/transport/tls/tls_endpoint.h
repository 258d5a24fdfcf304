#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

std::unique_ptr<Endpoint> make_tls_endpoint(const EndpointSpec& spec);

}  // namespace xr
