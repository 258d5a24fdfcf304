#pragma once

#include <memory>

#include "transport/endpoint.h"

namespace xr {

/// Two processes and one memory: what a message costs where nothing but cache lines go to and fro.
/// The server hands the memory over through one AF_UNIX connection, which stays, and by its end
/// tells either end that the other has gone.
std::unique_ptr<Endpoint> make_shm_endpoint(const EndpointSpec& spec);

}  // namespace xr
