#include "transport/quic/quic_settings.h"

#include <algorithm>
#include <limits>

#include "base/units.h"

namespace xr {
namespace {

/// A connection with an idle timeout has so long to come about.
constexpr std::uint64_t kHandshakeNs = 10 * kNsPerSec;

ngtcp2_cc_algo algorithm_of(QuicCongestion congestion) noexcept {
  switch (congestion) {
    case QuicCongestion::kCubic: return NGTCP2_CC_ALGO_CUBIC;
    case QuicCongestion::kReno: return NGTCP2_CC_ALGO_RENO;
    case QuicCongestion::kBbr: return NGTCP2_CC_ALGO_BBR;
  }
  return NGTCP2_CC_ALGO_CUBIC;
}

}  // namespace

const char* name_of(QuicCongestion congestion) noexcept {
  switch (congestion) {
    case QuicCongestion::kCubic: return "cubic";
    case QuicCongestion::kReno: return "reno";
    case QuicCongestion::kBbr: return "bbr";
  }
  return "";
}

const char* name_of(QuicMessages messages) noexcept {
  switch (messages) {
    case QuicMessages::kStream: return "stream";
    case QuicMessages::kStreamEach: return "stream-each";
    case QuicMessages::kDatagram: return "datagram";
  }
  return "";
}

ngtcp2_settings settings_for(const QuicSetup& setup, std::uint64_t now_ns) noexcept {
  const QuicOptions& options = setup.options;
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now_ns;
  if (setup.round_trip_ns != 0) settings.initial_rtt = setup.round_trip_ns;
  settings.cc_algo = algorithm_of(options.congestion);
  settings.max_tx_udp_payload_size = options.udp_payload_bytes;
  // Its size is told with each packet.
  settings.no_tx_udp_payload_size_shaping = 1;
  settings.no_pmtud = 1;
  settings.ack_thresh = options.ack_threshold;
  // Without an idle timeout, how long it may take is the caller's to say.
  settings.handshake_timeout = setup.idle_timeout_ns == 0
                                   ? std::numeric_limits<ngtcp2_duration>::max()
                                   : std::min(setup.idle_timeout_ns, kHandshakeNs);
  // As large as the window to begin with: no tuning by itself.
  settings.max_window = options.window_bytes;
  settings.max_stream_window = options.window_bytes;
  return settings;
}

ngtcp2_transport_params parameters_for(const QuicSetup& setup) noexcept {
  const QuicOptions& options = setup.options;
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = options.window_bytes;
  params.initial_max_stream_data_bidi_remote = options.window_bytes;
  params.initial_max_stream_data_uni = options.window_bytes;
  params.initial_max_data = options.window_bytes;
  params.initial_max_streams_bidi = setup.peer_streams;
  params.initial_max_streams_uni = setup.peer_streams;
  // With 0, stalls are ours to find: an idle connection sends nothing, and stays.
  params.max_idle_timeout = setup.idle_timeout_ns;
  params.max_udp_payload_size = 65'527;
  // What the path carries is found out with them.
  params.max_datagram_frame_size =
      options.in_datagrams() || setup.local_payload_bytes != 0 ? 65'535 : 0;
  params.disable_active_migration = 1;
  return params;
}

}  // namespace xr
