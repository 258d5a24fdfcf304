#pragma once

#include <optional>
#include <vector>

#include "transport/endpoint_spec.h"
#include "transport/outcome.h"

namespace xr {

/// Those of one connection. `sends`: this end sends messages over it.
struct TcpReading {
  TcpStatistics statistics;
  bool sends = true;
};

/// What the kernel counted and estimated over one connection until now (TCP_INFO, tcp(7)); nothing
/// where it does not say. To be read when what is measured is over.
std::optional<TcpStatistics> read_tcp_statistics(int fd) noexcept;

/// Bytes that the peer has said it holds behind a hole (selective acknowledgements, RFC 2018), in
/// whole segments; 0 where the kernel does not say.
std::uint64_t bytes_behind_a_hole(int fd) noexcept;

/// Of all connections of an endpoint, as below; 0 while it makes its connections in its run.
template <class SocketOf>
std::uint64_t bytes_behind_holes(const EndpointSpec& spec, const SocketOf& socket_of) noexcept {
  if (spec.workload == Workload::kConnect) return 0;
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < spec.link_count(); ++i) sum += bytes_behind_a_hole(socket_of(i));
  return sum;
}

/// Of several connections of one end: counts and times added; of estimates the median, the smallest
/// where it is a smallest, over those on which this end sends, or over all where it sends on none.
/// Delivery and pacing rates are those of all these together. Empty for none.
std::optional<TcpStatistics> summarise(const std::vector<TcpReading>& readings);

/// Of all connections of an endpoint: `socket_of(i)` is the socket of its link i. A run of connects
/// has none that would say something about those it made.
template <class SocketOf>
std::optional<TcpStatistics> tcp_statistics_of(const EndpointSpec& spec,
                                               const SocketOf& socket_of) {
  if (spec.workload == Workload::kConnect) return std::nullopt;
  std::vector<TcpReading> readings;
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    const auto statistics = read_tcp_statistics(socket_of(i));
    if (!statistics) return std::nullopt;
    readings.push_back({*statistics, spec.role_of(i) != Role::kReceiver});
  }
  return summarise(readings);
}

}  // namespace xr
