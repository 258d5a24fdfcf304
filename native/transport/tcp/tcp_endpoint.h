#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// TCP: the server listens on one port and tells it; each connection begins with the token and the
/// number of its link (18 bytes), which the server answers with one byte. After that all bytes are
/// the workload's.
std::unique_ptr<Endpoint> make_tcp_endpoint(const EndpointSpec& spec);

}  // namespace xr
