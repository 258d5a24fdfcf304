#include "transport/quic/perf/perf_strangers.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>

#include "base/units.h"
#include "transport/gnutls/gnutls_error.h"

namespace xr {
namespace {

/// A client's first datagram has at least so many bytes (RFC 9000 section 14.1).
constexpr std::size_t kSmallestFirstBytes = 1200;
constexpr std::size_t kResetRandomBytes = 27;
constexpr unsigned kResetsPerSecond = 100;

std::uint8_t random_byte() {
  std::uint8_t byte = 0;
  gnutls_rnd(GNUTLS_RND_NONCE, &byte, sizeof byte);
  return byte;
}

std::size_t length_of(ngtcp2_ssize written) {
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}

}  // namespace

std::size_t write_version_negotiation(std::uint8_t* to, std::size_t room,
                                      const ngtcp2_version_cid& header, std::size_t packet_bytes) {
  // Version 0 is a Version Negotiation packet itself: two servers would go on for ever.
  if (header.version == 0 || packet_bytes < kSmallestFirstBytes) return 0;
  constexpr std::array<std::uint32_t, 1> kVersions{NGTCP2_PROTO_VER_V1};
  return length_of(ngtcp2_pkt_write_version_negotiation(to, room, random_byte(), header.scid,
                                                        header.scidlen, header.dcid, header.dcidlen,
                                                        kVersions.data(), kVersions.size()));
}

std::size_t write_refusal(std::uint8_t* to, std::size_t room, const ngtcp2_pkt_hd& first,
                          Refusal why) {
  return length_of(
      ngtcp2_crypto_write_connection_close(to, room, first.version, &first.scid, &first.dcid,
                                           static_cast<std::uint64_t>(why), nullptr, 0));
}

StatelessResets::StatelessResets() {
  check_gnutls("gnutls_rnd", gnutls_rnd(GNUTLS_RND_KEY, key_.data(), key_.size()));
}

std::size_t StatelessResets::write(std::uint8_t* to, const ngtcp2_version_cid& header,
                                   std::size_t packet_bytes, std::uint64_t now_ns) {
  // Shorter than what it answers, or two ends could answer each other for ever.
  if (packet_bytes <= NGTCP2_MIN_STATELESS_RESET_RANDLEN + NGTCP2_STATELESS_RESET_TOKENLEN)
    return 0;
  const std::uint64_t second = now_ns / kNsPerSec;
  if (second != second_) in_second_ = 0;
  second_ = second;
  if (in_second_++ >= kResetsPerSecond) return 0;
  ngtcp2_cid cid{};
  ngtcp2_cid_init(&cid, header.dcid, header.dcidlen);
  std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token{};
  if (ngtcp2_crypto_generate_stateless_reset_token(token.data(), key_.data(), key_.size(), &cid) !=
      0)
    return 0;
  std::array<std::uint8_t, kResetRandomBytes> noise{};
  gnutls_rnd(GNUTLS_RND_NONCE, noise.data(), noise.size());
  const std::size_t length =
      std::min(packet_bytes - 1, kResetRandomBytes + NGTCP2_STATELESS_RESET_TOKENLEN);
  return length_of(ngtcp2_pkt_write_stateless_reset(to, length, token.data(), noise.data(),
                                                    length - token.size()));
}

}  // namespace xr
