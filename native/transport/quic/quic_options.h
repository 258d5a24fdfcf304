#pragma once

#include <cstdint>

#include "transport/socket/socket_options.h"
#include "transport/tls_words.h"

namespace xr {

/// Of a packet with a DATAGRAM frame, so much is not payload: a short header with the largest
/// packet number, the AEAD tag, and the frame's type and length (RFC 9000 section 17.3, RFC 9221
/// section 4).
inline constexpr std::uint64_t kQuicDatagramOverheadBytes = 1 + 8 + 4 + 16 + 1 + 4;

/// What carries a message: one stream for all, or for each one of its own, or DATAGRAM frames (RFC
/// 9221), which may be lost.
enum class QuicMessages { kStream, kStreamEach, kDatagram };

enum class QuicCongestion { kCubic, kReno, kBbr };

/// As requested; mirrors `QuicOptions` in src/addon/addon.ts.
struct QuicOptions {
  SocketOptions socket;
  TlsCipher cipher = TlsCipher::kAes128Gcm;
  TlsHandshake handshake = TlsHandshake::kFull;
  QuicMessages messages = QuicMessages::kStream;
  /// QUIC streams of a connection, over which a stream workload is spread.
  unsigned streams = 1;
  unsigned udp_payload_bytes = 1452;
  std::uint64_t window_bytes = std::uint64_t{2} << 20;
  unsigned ack_threshold = 1;
  QuicCongestion congestion = QuicCongestion::kCubic;
  /// A client has to show first that its address is its own: a round trip more for a handshake.
  bool retry = false;
  /// Packets leave at the rate of the congestion control, not in bursts.
  bool pacing = false;
  /// The client has the keys updated so often (RFC 9001 section 6); 0 = when the library has to.
  std::uint64_t key_update_ns = 0;
  /// A diagnostic: packets are copied where they would be encrypted. Never with a peer elsewhere.
  bool null_crypto = false;
  /// Every byte is checked; slow.
  bool verify = false;

  bool in_datagrams() const noexcept { return messages == QuicMessages::kDatagram; }
};

}  // namespace xr
