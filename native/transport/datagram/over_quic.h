#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "transport/datagram/datagram_sockets.h"
#include "transport/datagram/packet_lane.h"
#include "transport/endpoint.h"
#include "transport/running.h"
#include "transport/socket/blob.h"
#include "transport/socket/options.h"

namespace xr {

/// An endpoint of QUIC, whichever library has its connections: `Lane` is a PacketLane with one of
/// these.
template <class Lane>
class OverQuic : public Running<Endpoint> {
 public:
  /// As of the connect, then of the end of a run: meanwhile the connections are their threads'.
  EffectiveSettings effective() const override {
    const std::lock_guard lock(settings_mutex_);
    if (!settings_) throw_fault("STATE", "effective", "not connected");
    return *settings_;
  }

 protected:
  OverQuic(const EndpointSpec& spec, const SocketOptions& options)
      : Running<Endpoint>(spec),
        options_(options),
        ports_(spec, options, forbid_fragments),
        token_(random_token()) {}

  /// What the library says of the connections now.
  virtual QuicSettings quic_settings() const = 0;

  void prepare(Lane& lane, bool bulk) {
    xr::prepare(lane, bulk, options_, spec_.idle_timeout_ns, waker_);
  }

  void publish_connected(std::optional<unsigned> header_bytes) {
    EffectiveSettings settings = read_socket_settings(lanes_.front().fd.get(), false);
    add_connections(settings);
    settings.header_bytes = header_bytes;
    publish(std::move(settings));
  }

  void publish(std::optional<EffectiveSettings> settings) noexcept {
    const std::lock_guard lock(settings_mutex_);
    settings_.swap(settings);
  }

  template <class WithLink>
  RunOutcome run_over_quic(RunBoard& board, const std::function<void()>& on_measured,
                           const WithLink& with_link) {
    const PacketCount before = packets();
    EffectiveSettings settings = effective();
    RunOutcome outcome = run_all(board, on_measured, with_link);
    add_connections(settings);
    tell_economy(*settings.quic, before, packets(), outcome);
    publish(settings);
    outcome.effective = std::move(settings);
    outcome.add_strangers(ports_.strangers());
    for (const Lane& lane : lanes_) outcome.add_strangers(lane.strangers);
    return outcome;
  }

  SocketOptions options_;
  DatagramSockets ports_;
  Token token_;
  std::vector<Lane> lanes_;

 private:
  PacketCount packets() const noexcept {
    PacketCount all;
    for (const Lane& lane : lanes_) all.include(lane);
    return all;
  }

  /// What is the connections' own, as it is now.
  void add_connections(EffectiveSettings& settings) const {
    const Lane& first = lanes_.front();
    settings.tls = first.connection->tls_settings();
    QuicSettings quic = quic_settings();
    settings.congestion_control = quic.congestion_control;
    settings.gso = first.segmenting;
    settings.gro = first.merging;
    quic.handshake_ns = first.handshake_ns;
    tell_packets(quic, packets());
    settings.quic = std::move(quic);
  }

  mutable std::mutex settings_mutex_;
  std::optional<EffectiveSettings> settings_;
};

}  // namespace xr
