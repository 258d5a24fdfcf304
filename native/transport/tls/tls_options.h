#pragma once

#include "transport/socket/socket_options.h"
#include "transport/tls_words.h"

namespace xr {

/// Whether records are the kernel's (kTLS): never, where it can, or a refusal where it cannot.
enum class KernelTls { kOff, kAuto, kOn };

/// As requested; mirrors `TlsOptions` in src/addon/addon.ts.
struct TlsOptions {
  SocketOptions socket;
  TlsCipher cipher = TlsCipher::kAes128Gcm;
  TlsHandshake handshake = TlsHandshake::kFull;
  KernelTls kernel = KernelTls::kOff;
};

}  // namespace xr
