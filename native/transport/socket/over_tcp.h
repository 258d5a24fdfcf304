#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "transport/endpoint.h"
#include "transport/running.h"
#include "transport/socket/bound_waits.h"
#include "transport/socket/options.h"
#include "transport/socket/tcp_connect_links.h"
#include "transport/socket/tcp_connections.h"
#include "transport/socket/tcp_statistics.h"

namespace xr {

/// An endpoint over TCP connections, whatever lies between them and its messages.
class OverTcp : public Running<Endpoint> {
 public:
  std::uint64_t waiting_bytes() const noexcept override {
    return bytes_behind_holes(spec_, [this](unsigned i) { return socket_of(i); });
  }

 protected:
  OverTcp(const EndpointSpec& spec, const SocketOptions& options)
      : Running<Endpoint>(spec), options_(options), connections_(spec, options) {}

  int socket_of(unsigned i) const noexcept { return connections_.sockets()[i].get(); }

  /// With what the kernel says of the connections when it is over.
  template <class WithLink>
  RunOutcome run_over_tcp(RunBoard& board, const std::function<void()>& on_measured,
                          const WithLink& with_link) {
    RunOutcome outcome = run_all(board, on_measured, with_link);
    const auto socket = [this](unsigned i) { return socket_of(i); };
    outcome.effective = settings_;
    read_after_run(spec_, options_, socket, outcome.effective);
    outcome.tcp = tcp_statistics_of(spec_, socket);
    outcome.add_strangers(connections_.strangers());
    return outcome;
  }

  /// The link of a run of connects, with the handshake of `layer` over each.
  template <class Layer, class Visitor>
  void with_connects(const SocketBlob& server, Layer layer, const Visitor& visit) {
    if (spec_.side == Side::kClient) {
      TcpConnectorLink<Layer> link(connections_, server, std::move(layer), spec_, waker_);
      visit(kForConnector, link);
    } else {
      GreetingAcceptorLink<Layer> link(connections_, std::move(layer), spec_, waker_);
      visit(kForConnectAcceptor, link);
    }
  }

  SocketOptions options_;
  TcpConnections connections_;
  /// As of the connect.
  EffectiveSettings settings_{};
};

}  // namespace xr
