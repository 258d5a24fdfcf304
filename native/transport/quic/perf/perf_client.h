#pragma once

#include <memory>

#include "transport/endpoint_spec.h"
#include "transport/outcome.h"
#include "transport/quic/perf/perf_requests.h"
#include "transport/wait/stoppable.h"

namespace xr {

/// A client of any server of the perf protocol, over one connection.
class PerfClient : public Stoppable {
 public:
  /// Of `spec` it reads how to wait, the phases, limits of time, CPUs, and what of sockets, TLS and
  /// QUIC is asked for. Throws BAD_SPEC.
  static std::shared_ptr<PerfClient> make(const EndpointSpec& spec, const PerfRequests& requests);

  /// Blocks, at most for the connect timeout. Throws what a handshake throws.
  virtual void connect() = 0;
  /// Blocks until the measurement has ended. What goes wrong meanwhile is in the outcome.
  virtual RunOutcome run(RunBoard& board) = 0;
};

}  // namespace xr
