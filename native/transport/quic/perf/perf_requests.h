#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "transport/gnutls/identity.h"
#include "transport/quic/perf/perf_protocol.h"

namespace xr {

/// What a perf client asks of a server, and how it knows it.
struct PerfRequests {
  std::string address;
  std::uint16_t port = 0;
  /// Where it is not given, any certificate will do.
  std::optional<Pin> pin;
  std::string server_name;
  /// All of a request, its head included.
  std::uint64_t request_bytes = kPerfHeadBytes;
  /// kPerfUntilStopped: the one answer to each slot goes on until the end of the run.
  std::uint64_t response_bytes = 0;
  /// Requests under way at once, each on a stream of its own.
  unsigned concurrency = 1;
};

}  // namespace xr
