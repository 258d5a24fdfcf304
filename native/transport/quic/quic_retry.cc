#include "transport/quic/quic_retry.h"

#include <gnutls/crypto.h>

#include "base/units.h"
#include "transport/gnutls/gnutls_error.h"

namespace xr {
namespace {

/// A client that was asked back has so long to come.
constexpr std::uint64_t kLifetimeNs = 10 * kNsPerSec;

}  // namespace

QuicRetry::QuicRetry() {
  check_gnutls("gnutls_rnd", gnutls_rnd(GNUTLS_RND_KEY, secret_.data(), secret_.size()));
}

std::size_t QuicRetry::write(std::uint8_t* to, std::size_t room, const ngtcp2_pkt_hd& first,
                             const SocketAddress& client, std::uint64_t now_ns) const noexcept {
  ngtcp2_cid scid{};
  scid.datalen = NGTCP2_MAX_CIDLEN;
  if (gnutls_rnd(GNUTLS_RND_NONCE, scid.data, scid.datalen) != 0) return 0;
  std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token{};
  const ngtcp2_ssize made = ngtcp2_crypto_generate_retry_token(
      token.data(), secret_.data(), secret_.size(), first.version, client.get(), client.length,
      &scid, &first.dcid, now_ns);
  if (made < 0) return 0;
  const ngtcp2_ssize written =
      ngtcp2_crypto_write_retry(to, room, first.version, &first.scid, &scid, &first.dcid,
                                token.data(), static_cast<std::size_t>(made));
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}

bool QuicRetry::is_asked_back(const ngtcp2_pkt_hd& first) noexcept {
  const ngtcp2_vec token = token_of(first);
  return token.len > 0 && token.base[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY;
}

bool QuicRetry::verify(const ngtcp2_pkt_hd& first, const SocketAddress& client,
                       std::uint64_t now_ns, ngtcp2_cid& original) const noexcept {
  const ngtcp2_vec token = token_of(first);
  return ngtcp2_crypto_verify_retry_token(&original, token.base, token.len, secret_.data(),
                                          secret_.size(), first.version, client.get(),
                                          client.length, &first.dcid, kLifetimeNs, now_ns) == 0;
}

}  // namespace xr
