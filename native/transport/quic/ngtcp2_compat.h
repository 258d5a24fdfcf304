#pragma once

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <array>
#include <cstddef>
#include <cstdint>

// What differs between ngtcp2 0.12 and 1.x, and nothing else. Error numbers differ too: only their
// names are used.

namespace xr {

#if NGTCP2_VERSION_NUM >= 0x010000
inline constexpr bool kNgtcp2Is1 = true;
inline constexpr bool kNgtcp2ClosesUniStreams = true;
inline constexpr bool kNgtcp2TimesDatagrams = true;
using QuicInfo = ngtcp2_conn_info;
using QuicCloseReason = ngtcp2_ccerr;
#else
inline constexpr bool kNgtcp2Is1 = false;
/// It waits for the acknowledgement of an end that this side of a stream of one way never sends, so
/// that a peer's are neither told of nor freed before their connection.
inline constexpr bool kNgtcp2ClosesUniStreams = false;
/// It arms no probe timeout (RFC 9002 section 6.2) for packets whose frames are not sent again.
inline constexpr bool kNgtcp2TimesDatagrams = false;
using QuicInfo = ngtcp2_conn_stat;
using QuicCloseReason = ngtcp2_connection_close_error;
#endif

inline QuicInfo quic_info(ngtcp2_conn* conn) noexcept {
  QuicInfo info{};
#if NGTCP2_VERSION_NUM >= 0x010000
  ngtcp2_conn_get_conn_info(conn, &info);
#else
  ngtcp2_conn_get_conn_stat(conn, &info);
#endif
  return info;
}

inline QuicCloseReason no_error_reason() noexcept {
  QuicCloseReason reason;
#if NGTCP2_VERSION_NUM >= 0x010000
  ngtcp2_ccerr_default(&reason);
#else
  ngtcp2_connection_close_error_default(&reason);
#endif
  return reason;
}

inline QuicCloseReason reason_for(int error, std::uint8_t alert) noexcept {
  QuicCloseReason reason = no_error_reason();
#if NGTCP2_VERSION_NUM >= 0x010000
  if (error == NGTCP2_ERR_CRYPTO) {
    ngtcp2_ccerr_set_tls_alert(&reason, alert, nullptr, 0);
  } else {
    ngtcp2_ccerr_set_liberr(&reason, error, nullptr, 0);
  }
#else
  if (error == NGTCP2_ERR_CRYPTO) {
    ngtcp2_connection_close_error_set_transport_error_tls_alert(&reason, alert, nullptr, 0);
  } else {
    ngtcp2_connection_close_error_set_transport_error_liberr(&reason, error, nullptr, 0);
  }
#endif
  return reason;
}

inline void set_original_dcid(ngtcp2_transport_params& params, const ngtcp2_cid& dcid) noexcept {
  params.original_dcid = dcid;
#if NGTCP2_VERSION_NUM >= 0x010000
  params.original_dcid_present = 1;
#endif
}

/// Gives up sending on a stream: RESET_STREAM with the application's `code`. False when there is no
/// such stream.
inline bool reset_stream(ngtcp2_conn* conn, std::int64_t id, std::uint64_t code) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_shutdown_stream_write(conn, 0, id, code) == 0;
#else
  return ngtcp2_conn_shutdown_stream_write(conn, id, code) == 0;
#endif
}

/// Asks the peer to give up sending on a stream: STOP_SENDING.
inline bool stop_stream(ngtcp2_conn* conn, std::int64_t id, std::uint64_t code) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_shutdown_stream_read(conn, 0, id, code) == 0;
#else
  return ngtcp2_conn_shutdown_stream_read(conn, id, code) == 0;
#endif
}

/// What a client keeps of a server's transport parameters for data in its first packets of the next
/// connection (RFC 9000 section 7.4.1).
struct QuicEarlyParameters {
#if NGTCP2_VERSION_NUM >= 0x010000
  std::array<std::uint8_t, 256> bytes{};
  std::size_t length = 0;
#else
  ngtcp2_transport_params params{};
#endif
};

inline QuicEarlyParameters early_parameters_of(ngtcp2_conn* conn) noexcept {
  QuicEarlyParameters early;
#if NGTCP2_VERSION_NUM >= 0x010000
  const ngtcp2_ssize length =
      ngtcp2_conn_encode_0rtt_transport_params(conn, early.bytes.data(), early.bytes.size());
  if (length > 0) early.length = static_cast<std::size_t>(length);
#else
  if (const auto* params = ngtcp2_conn_get_remote_transport_params(conn)) early.params = *params;
#endif
  return early;
}

inline bool use_early_parameters(ngtcp2_conn* conn, const QuicEarlyParameters& early) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_decode_and_set_0rtt_transport_params(conn, early.bytes.data(), early.length) ==
         0;
#else
  ngtcp2_conn_set_early_remote_transport_params(conn, &early.params);
  return true;
#endif
}

/// Early data was not taken: what was opened and sent is forgotten, and may be sent again.
inline int reject_early_data(ngtcp2_conn* conn) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_get_tls_early_data_rejected(conn) != 0
             ? 0
             : ngtcp2_conn_tls_early_data_rejected(conn);
#else
  return ngtcp2_conn_get_early_data_rejected(conn) != 0 ? 0 : ngtcp2_conn_early_data_rejected(conn);
#endif
}

/// The token of a first packet (RFC 9000 section 8.1), which points into the packet.
inline ngtcp2_vec token_of(const ngtcp2_pkt_hd& first) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return {const_cast<std::uint8_t*>(first.token), first.tokenlen};
#else
  return first.token;
#endif
}

/// A server's: the client has shown the token of a Retry, so its address is its own.
inline void set_retry_token(ngtcp2_settings& settings, const ngtcp2_vec& token) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  settings.token = token.base;
  settings.tokenlen = token.len;
  settings.token_type = NGTCP2_TOKEN_TYPE_RETRY;
#else
  settings.token = token;
#endif
}

/// Whether a rate of the congestion control is kept to: from 1.2 to 1.12 the library counts whole
/// nanoseconds for a byte, which at short round trips is no rate at all.
inline bool can_pace(int version) noexcept { return version < 0x010200 || version >= 0x010d00; }

/// How many connection IDs of this side's the peer may use.
inline std::size_t count_cids(ngtcp2_conn* conn) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_get_scid(conn, nullptr);
#else
  return ngtcp2_conn_get_num_scid(conn);
#endif
}

inline bool is_draining(ngtcp2_conn* conn) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_in_draining_period(conn) != 0;
#else
  return ngtcp2_conn_is_in_draining_period(conn) != 0;
#endif
}

inline bool is_closing(ngtcp2_conn* conn) noexcept {
#if NGTCP2_VERSION_NUM >= 0x010000
  return ngtcp2_conn_in_closing_period(conn) != 0;
#else
  return ngtcp2_conn_is_in_closing_period(conn) != 0;
#endif
}

}  // namespace xr
