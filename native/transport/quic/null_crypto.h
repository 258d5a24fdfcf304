#pragma once

#include <cstring>

#include "transport/quic/ngtcp2_compat.h"

namespace xr {

// What takes the place of packet protection (RFC 9001 section 5) where its cost is to be told from
// the rest: the same lengths are copied, nothing is encrypted and nobody is authenticated. Both
// ends have to do so, from the first packet on; the TLS handshake inside the packets is a real one.

inline int null_encrypt(std::uint8_t* to, const ngtcp2_crypto_aead* aead,
                        const ngtcp2_crypto_aead_ctx*, const std::uint8_t* plaintext,
                        std::size_t length, const std::uint8_t*, std::size_t, const std::uint8_t*,
                        std::size_t) noexcept {
  // The library encrypts in place.
  std::memmove(to, plaintext, length);
  std::memset(to + length, 0, aead->max_overhead);
  return 0;
}

inline int null_decrypt(std::uint8_t* to, const ngtcp2_crypto_aead* aead,
                        const ngtcp2_crypto_aead_ctx*, const std::uint8_t* ciphertext,
                        std::size_t length, const std::uint8_t*, std::size_t, const std::uint8_t*,
                        std::size_t) noexcept {
  if (length < aead->max_overhead) return NGTCP2_ERR_DECRYPT;
  std::memmove(to, ciphertext, length - aead->max_overhead);
  return 0;
}

inline int null_mask(std::uint8_t* to, const ngtcp2_crypto_cipher*, const ngtcp2_crypto_cipher_ctx*,
                     const std::uint8_t*) noexcept {
  std::memset(to, 0, NGTCP2_HP_MASKLEN);
  return 0;
}

/// Has a connection go without packet protection.
inline void disable_packet_protection(ngtcp2_callbacks& callbacks) noexcept {
  callbacks.encrypt = null_encrypt;
  callbacks.decrypt = null_decrypt;
  callbacks.hp_mask = null_mask;
}

}  // namespace xr
