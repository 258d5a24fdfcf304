#pragma once

#include "transport/socket/socket_options.h"
#include "transport/tls_words.h"

namespace xr {

/// As requested; mirrors `QuicOpensslOptions` in src/addon/addon.ts. OpenSSL lets neither windows
/// nor packets, acknowledgements or congestion control be chosen.
struct QuicOpensslOptions {
  SocketOptions socket;
  TlsCipher cipher = TlsCipher::kAes128Gcm;
  /// QUIC streams of a connection, over which a stream workload is spread.
  unsigned streams = 1;
  /// Every byte is checked; slow.
  bool verify = false;
};

}  // namespace xr
