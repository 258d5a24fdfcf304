#include "transport/quic/quic_gate.h"

#include <gnutls/crypto.h>

#include "transport/gnutls/gnutls_error.h"

namespace xr {

std::int64_t QuicGate::number_in(const QuicSetup& setup, const std::uint8_t* packet,
                                 std::size_t length) noexcept {
  // A long header (RFC 9000 section 17.2).
  if (length == 0 || (packet[0] & 0x80) == 0) return -1;
  ngtcp2_version_cid header{};
  if (ngtcp2_pkt_decode_version_cid(&header, packet, length, NGTCP2_MAX_CIDLEN) != 0 ||
      header.dcidlen > NGTCP2_MAX_CIDLEN) {
    return -1;
  }
  ngtcp2_cid cid{};
  ngtcp2_cid_init(&cid, header.dcid, header.dcidlen);
  return number_of(cid, setup.token);
}

std::unique_ptr<QuicConnection> QuicGate::admit(QuicSetup& setup, const std::uint8_t* packet,
                                                std::size_t length, std::uint64_t now_ns,
                                                QuicAnswer& answer) {
  answer.length = 0;
  // The library asserts that there is something.
  if (length == 0) return nullptr;
  if (refuse_version(setup, packet, length, answer)) return nullptr;
  ngtcp2_pkt_hd first{};
  if (ngtcp2_accept(&first, packet, length) != 0) return nullptr;
  QuicFirstPacket begun{&first, first.dcid, {}};
  if (retry_) {
    const ngtcp2_vec token = token_of(first);
    if (token.len == 0) {
      if (number_of(first.dcid, setup.token) >= setup.number)
        answer.length =
            retry_->write(answer.bytes.data(), answer.bytes.size(), first, setup.remote, now_ns);
      return nullptr;
    }
    if (!retry_->verify(first, setup.remote, now_ns, begun.original)) return nullptr;
    begun.retry_token = token;
  }
  const std::int64_t number = number_of(begun.original, setup.token);
  if (number >= setup.number) {
    setup.number = static_cast<std::uint32_t>(number);
  } else if (number >= 0 || setup.server_name.empty()) {
    return nullptr;
  } else {
    begun.must_name = true;
  }
  return std::make_unique<QuicConnection>(setup, begun, now_ns);
}

/// True when the packet is of a version that we do not speak (RFC 9000 section 6.1).
bool QuicGate::refuse_version(const QuicSetup& setup, const std::uint8_t* packet,
                              std::size_t length, QuicAnswer& answer) const {
  ngtcp2_version_cid header{};
  const int result = ngtcp2_pkt_decode_version_cid(&header, packet, length, NGTCP2_MAX_CIDLEN);
  if (result != NGTCP2_ERR_VERSION_NEGOTIATION) return false;
  ngtcp2_cid wanted{};
  if (header.dcidlen > NGTCP2_MAX_CIDLEN || header.scidlen > NGTCP2_MAX_CIDLEN) return true;
  ngtcp2_cid_init(&wanted, header.dcid, header.dcidlen);
  if (number_of(wanted, setup.token) < 0) return true;
  const std::uint32_t versions[] = {NGTCP2_PROTO_VER_V1};
  std::uint8_t noise = 0;
  check_gnutls("gnutls_rnd", gnutls_rnd(GNUTLS_RND_NONCE, &noise, sizeof noise));
  const ngtcp2_ssize written = ngtcp2_pkt_write_version_negotiation(
      answer.bytes.data(), answer.bytes.size(), noise, header.scid, header.scidlen, header.dcid,
      header.dcidlen, versions, std::size(versions));
  if (written > 0) answer.length = static_cast<std::size_t>(written);
  return true;
}

}  // namespace xr
