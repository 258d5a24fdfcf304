#pragma once

#include <memory>
#include <string>

#include "transport/endpoint_spec.h"
#include "transport/gnutls/identity.h"
#include "transport/quic/perf/perf_responder.h"
#include "transport/wait/stoppable.h"

namespace xr {

struct PerfServerSpec {
  std::string address;
  std::uint16_t port = 0;
  /// In PEM; empty = a fresh one.
  std::string certificate_file;
  std::string key_file;
  WaitPolicy wait = WaitPolicy::kBlock;
  /// -1 = unpinned.
  int cpu = -1;
  PerfLimits limits;
  unsigned connections = 256;
  std::uint64_t idle_timeout_ns = 0;
  QuicOptions quic;
};

struct PerfServerTotals {
  PerfTotals streams;
  std::uint64_t connections = 0;
  std::uint64_t refused_connections = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  /// No packet of QUIC, or of no connection and no beginning of one.
  std::uint64_t dropped_packets = 0;
  std::uint64_t version_negotiations = 0;
  std::uint64_t stateless_resets = 0;
  /// Clients that were asked back, to show that their address is their own.
  std::uint64_t retries = 0;
};

/// Answers any client of the perf protocol, many of them at a time on one socket.
class PerfServer : public Stoppable {
 public:
  /// Binds. Throws ADDRESS_IN_USE, ADDRESS, SOCKET, TLS, UNSUPPORTED.
  static std::shared_ptr<PerfServer> listen(const PerfServerSpec& spec);

  virtual std::uint16_t port() const = 0;
  virtual const Pin& pin() const = 0;
  /// Blocks until `stop`.
  virtual PerfServerTotals run() = 0;
};

}  // namespace xr
