#pragma once

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <cstdint>

// What differs between ngtcp2 0.12 and 1.x, and nothing else. Error numbers differ too: only their
// names are used.

namespace xr {

#if NGTCP2_VERSION_NUM >= 0x010000
inline constexpr bool kNgtcp2Is1 = true;
using QuicInfo = ngtcp2_conn_info;
using QuicCloseReason = ngtcp2_ccerr;
#else
inline constexpr bool kNgtcp2Is1 = false;
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
