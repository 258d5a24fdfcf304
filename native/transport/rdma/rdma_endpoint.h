#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// Verbs: one queue pair for each link, told to the peer by number and address; both ends must have
/// connected before either runs. Throws RDMA_NO_LIBRARY where libibverbs is missing.
std::unique_ptr<Endpoint> make_rdma_endpoint(const EndpointSpec& spec);

}  // namespace xr
