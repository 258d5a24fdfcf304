#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/outcome.h"
#include "transport/wait/stoppable.h"

namespace xr {

/// What a peer needs to connect; only the transport that wrote it reads it.
using Blob = std::vector<std::uint8_t>;
inline constexpr std::size_t kMaxBlobBytes = 4096;

/// One end of all the connections of one repetition: open, connect, run, close, each once and in
/// this order. Everything here is slow and may throw xr::Error; what is fast is a template behind
/// `run`.
class Endpoint : public Stoppable {
 public:
  virtual Blob open() = 0;
  /// Blocks, at most for the connect timeout.
  virtual void connect(const Blob& peer) = 0;
  /// Blocks until all links have ended. `on_measured` is called on one of the threads, at most
  /// once for each window of `board`, as soon as all deciding links are through with it by
  /// themselves. Faults of the loops are in the outcome; throws only when it cannot begin.
  virtual RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) = 0;
  virtual EffectiveSettings effective() const = 0;
  /// Bytes that this end has sent and that wait at their peers behind a hole: they have arrived,
  /// and are not handed over before what was lost has come again. While `run` is under way; 0 where
  /// the transport does not know.
  virtual std::uint64_t waiting_bytes() const noexcept { return 0; }
  /// Not while `connect` or `run` is under way.
  virtual void close() noexcept = 0;
};

/// Whether this addon file has a transport. What it takes may still be missing on this machine.
bool is_built_in(TransportKind transport) noexcept;

/// Checks the spec and makes the endpoint of its transport.
std::unique_ptr<Endpoint> make_endpoint(const EndpointSpec& spec);

}  // namespace xr
