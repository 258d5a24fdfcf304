#pragma once

#include <utility>

#include "transport/socket/socket_options.h"

namespace xr {

enum class TlsCipher { kAes128Gcm, kAes256Gcm, kChacha20Poly1305 };
/// By what JavaScript calls them.
inline constexpr std::pair<const char*, TlsCipher> kTlsCipherNames[] = {
    {"aes-128-gcm", TlsCipher::kAes128Gcm},
    {"aes-256-gcm", TlsCipher::kAes256Gcm},
    {"chacha20-poly1305", TlsCipher::kChacha20Poly1305},
};

/// Whether records are the kernel's (kTLS): never, where it can, or a refusal where it cannot.
enum class KernelTls { kOff, kAuto, kOn };

/// Of a connect workload: how each connection comes about. `kEarlyData`: resumed, with the message
/// in the first packets.
enum class TlsHandshake { kFull, kResumed, kEarlyData };

/// As requested; mirrors `TlsOptions` in src/addon/addon.ts.
struct TlsOptions {
  SocketOptions socket;
  TlsCipher cipher = TlsCipher::kAes128Gcm;
  TlsHandshake handshake = TlsHandshake::kFull;
  KernelTls kernel = KernelTls::kOff;
};

}  // namespace xr
