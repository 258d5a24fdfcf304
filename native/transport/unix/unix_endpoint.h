#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// AF_UNIX: two processes of one machine through the kernel, without a network. Connections as
/// UnixConnections makes them; after that all bytes are the workload's.
std::unique_ptr<Endpoint> make_unix_endpoint(const EndpointSpec& spec);

}  // namespace xr
