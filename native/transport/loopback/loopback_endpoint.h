#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// Joins two endpoints of one process through shared memory: the floor of the loop, and the
/// transport that tests need nothing for.
std::unique_ptr<Endpoint> make_loopback_endpoint(const EndpointSpec& spec);

}  // namespace xr
