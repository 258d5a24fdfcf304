#pragma once

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/address.h"

namespace xr {

/// A UDP socket bound to `local`, whose packets are not fragmented (RFC 9000 section 14): their
/// size fits the path, or a send fails and says so.
UniqueFd open_quic_socket(const SocketAddress& local, const SocketOptions& options);

}  // namespace xr
