#pragma once

#include <memory>

#include "transport/quic/perf/perf_cid_map.h"
#include "transport/quic/perf/perf_responder.h"
#include "transport/quic/quic_connection.h"
#include "transport/socket/address.h"

namespace xr {

/// One client of a perf server.
class PerfPeer {
 public:
  /// `setup` without what is this client's own; `first` is what its first packet told. Throws when
  /// there is no memory, or the library cannot.
  PerfPeer(const QuicSetup& setup, const PerfLimits& limits, PerfTotals& totals, PerfCidMap& map,
           const SocketAddress& remote, const QuicFirstPacket& first, std::uint64_t now_ns)
      : remote_(remote), initial_(first.header->dcid), map_(map), responder_(limits, totals) {
    QuicSetup own = setup;
    own.remote = remote;
    own.stream_events = &responder_.events();
    own.cid_events = &cid_events_;
    connection_ = std::make_unique<QuicConnection>(own, first, now_ns);
    responder_.attach(*connection_);
    map_.add(initial_, *this);
    for (const ngtcp2_cid& cid : connection_->cids()) map_.add(cid, *this);
  }

  ~PerfPeer() {
    if (connection_) {
      for (const ngtcp2_cid& cid : connection_->cids()) map_.remove(cid, *this);
    }
    map_.remove(initial_, *this);
  }
  PerfPeer(const PerfPeer&) = delete;
  PerfPeer& operator=(const PerfPeer&) = delete;

  const SocketAddress& remote() const noexcept { return remote_; }
  QuicConnection& connection() noexcept { return *connection_; }
  PerfResponder& responder() noexcept { return responder_; }

  /// Has something to write, perhaps.
  bool is_touched = false;
  bool has_ended = false;

 private:
  static void on_added(void* self, const ngtcp2_cid& cid) noexcept {
    auto* peer = static_cast<PerfPeer*>(self);
    peer->map_.add(cid, *peer);
  }
  static void on_removed(void* self, const ngtcp2_cid& cid) noexcept {
    auto* peer = static_cast<PerfPeer*>(self);
    peer->map_.remove(cid, *peer);
  }

  SocketAddress remote_;
  ngtcp2_cid initial_;
  PerfCidMap& map_;
  QuicCidEvents cid_events_{this, &PerfPeer::on_added, &PerfPeer::on_removed};
  PerfResponder responder_;
  std::unique_ptr<QuicConnection> connection_;
};

}  // namespace xr
