#pragma once

#include <utility>

namespace xr {

// What TLS 1.3 lets be chosen, over TCP and inside of QUIC.

enum class TlsCipher { kAes128Gcm, kAes256Gcm, kChacha20Poly1305 };
/// By what JavaScript calls them.
inline constexpr std::pair<const char*, TlsCipher> kTlsCipherNames[] = {
    {"aes-128-gcm", TlsCipher::kAes128Gcm},
    {"aes-256-gcm", TlsCipher::kAes256Gcm},
    {"chacha20-poly1305", TlsCipher::kChacha20Poly1305},
};

/// Of a connect workload: how each connection comes about. `kEarlyData`: resumed, with the message
/// in the first packets.
enum class TlsHandshake { kFull, kResumed, kEarlyData };

}  // namespace xr
