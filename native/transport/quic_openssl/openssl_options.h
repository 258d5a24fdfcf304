#pragma once

namespace xr {

/// As requested; mirrors `QuicOpensslOptions` in src/addon/addon.ts. OpenSSL lets neither windows
/// nor packets, acknowledgements or congestion control be chosen.
struct QuicOpensslOptions {
  /// QUIC streams of a connection, over which a stream workload is spread.
  unsigned streams = 1;
  /// Every byte of a ping-pong is checked; slow.
  bool verify = false;
};

}  // namespace xr
