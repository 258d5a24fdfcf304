#pragma once

#include <gnutls/crypto.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "transport/quic/ngtcp2_compat.h"
#include "transport/quic/quic_connection.h"

namespace xr {

inline void fill_random(std::uint8_t* to, std::size_t length, const ngtcp2_rand_ctx*) noexcept {
  // What it serves need only be hard to guess; GnuTLS does not fail here once it is initialised.
  if (gnutls_rnd(GNUTLS_RND_NONCE, to, length) < 0) std::memset(to, 0x5a, length);
}

inline ngtcp2_cid random_cid() noexcept {
  ngtcp2_cid cid{};
  cid.datalen = kQuicCidBytes;
  fill_random(cid.data, cid.datalen, nullptr);
  return cid;
}

}  // namespace xr
