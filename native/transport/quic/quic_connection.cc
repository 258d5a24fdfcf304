#include "transport/quic/quic_connection.h"

#include <gnutls/crypto.h>

#include <cstring>

#include "base/units.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/gnutls/tls_settings.h"
#include "transport/quic/null_crypto.h"
#include "transport/quic/quic_random.h"
#include "transport/quic/quic_settings.h"

namespace xr {
namespace {

constexpr std::size_t kNumberBytes = 4;
constexpr std::uint64_t kKeyUpdateRetryNs = 5 * kNsPerMs;

/// Of a handshake, packets that every path carries, unless more is known.
std::size_t first_payload_bytes(const QuicSetup& setup) noexcept {
  if (setup.path_payload_bytes != 0) return setup.path_payload_bytes;
  return setup.local_payload_bytes != 0 ? kLeastPayloadBytes : setup.options.udp_payload_bytes;
}

}  // namespace

ngtcp2_cid first_cid(const Token& token, std::uint32_t number) noexcept {
  ngtcp2_cid cid{};
  cid.datalen = token.size() + kNumberBytes;
  std::memcpy(cid.data, token.data(), token.size());
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    cid.data[token.size() + i] = static_cast<std::uint8_t>(number >> (8 * (kNumberBytes - 1 - i)));
  return cid;
}

std::int64_t number_of(const ngtcp2_cid& cid, const Token& token) noexcept {
  if (cid.datalen != token.size() + kNumberBytes ||
      gnutls_memcmp(cid.data, token.data(), token.size()) != 0) {
    return -1;
  }
  std::int64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) number = number << 8 | cid.data[token.size() + i];
  return number;
}

QuicConnection::QuicConnection(const QuicSetup& setup, std::uint64_t now_ns)
    : QuicConnection(setup, nullptr, now_ns) {}

QuicConnection::QuicConnection(const QuicSetup& setup, const QuicFirstPacket& first,
                               std::uint64_t now_ns)
    : QuicConnection(setup, &first, now_ns) {}

QuicConnection::QuicConnection(const QuicSetup& setup, const QuicFirstPacket* first,
                               std::uint64_t now_ns)
    : setup_(setup),
      client_credentials_(no_credentials()),
      payload_bytes_(first_payload_bytes(setup)) {
  path_.local = {setup_.local.get(), setup_.local.length};
  path_.remote = {setup_.remote.get(), setup_.remote.length};
  make_session(setup_);
  ngtcp2_callbacks handlers = callbacks(setup_.side);
  if (setup_.options.null_crypto) disable_packet_protection(handlers);
  listen_for_life(handlers, setup_.options.null_crypto);
  ngtcp2_settings settings = settings_for(setup_, now_ns);
  ngtcp2_transport_params params = parameters_for(setup_);
  const ngtcp2_cid scid = random_cid();
  int result = 0;
  if (first == nullptr) {
    const ngtcp2_cid dcid = first_cid(setup_.token, setup_.number);
    result = ngtcp2_conn_client_new(&conn_, &dcid, &scid, &path_, NGTCP2_PROTO_VER_V1, &handlers,
                                    &settings, &params, nullptr, this);
  } else {
    const ngtcp2_pkt_hd& header = *first->header;
    is_ours_ = !first->must_name;
    if (!is_ours_)
      gnutls_handshake_set_post_client_hello_function(session_, &QuicConnection::check_name);
    set_original_dcid(params, first->original);
    if (first->retry_token.len > 0) {
      params.retry_scid = header.dcid;
      params.retry_scid_present = 1;
      set_retry_token(settings, first->retry_token);
    }
    result = ngtcp2_conn_server_new(&conn_, &header.scid, &scid, &path_, header.version, &handlers,
                                    &settings, &params, nullptr, this);
  }
  if (result != 0) {
    gnutls_deinit(session_);
    throw_fault("QUIC", "ngtcp2_conn_new", std::string("ngtcp2: ") + ngtcp2_strerror(result));
  }
  reference_ = {&QuicConnection::conn_of, this};
  ngtcp2_conn_set_tls_native_handle(conn_, session_);
  if (setup_.ticket != nullptr && setup_.early_data)
    use_early_parameters(conn_, setup_.ticket->parameters);
}

QuicConnection::~QuicConnection() {
  ngtcp2_conn_del(conn_);
  gnutls_deinit(session_);
}

void QuicConnection::make_session(const QuicSetup& setup) {
  const bool server = setup.side == Side::kServer;
  unsigned flags = GNUTLS_NO_END_OF_EARLY_DATA;
  flags |= server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT;
  if (setup.tickets == nullptr && setup.ticket == nullptr && !setup.wants_ticket)
    flags |= GNUTLS_NO_TICKETS;
  if (setup.early_data) flags |= GNUTLS_ENABLE_EARLY_DATA;
  check_gnutls("gnutls_init", gnutls_init(&session_, flags));
  try {
    // QUIC has no middleboxes to please (RFC 9001 section 8.4).
    set_priority(session_, setup.options.cipher, ":%DISABLE_TLS13_COMPAT_MODE");
    const int configured = server ? ngtcp2_crypto_gnutls_configure_server_session(session_)
                                  : ngtcp2_crypto_gnutls_configure_client_session(session_);
    if (configured != 0) throw_fault("QUIC", "ngtcp2_crypto_gnutls", "GnuTLS cannot do QUIC here");
    const gnutls_datum_t alpn{
        reinterpret_cast<unsigned char*>(const_cast<char*>(setup.alpn.data())),
        static_cast<unsigned>(setup.alpn.size())};
    check_gnutls("gnutls_alpn_set_protocols",
                 gnutls_alpn_set_protocols(session_, &alpn, 1, GNUTLS_ALPN_MANDATORY));
    if (!server && !setup.server_name.empty()) {
      check_gnutls("gnutls_server_name_set",
                   gnutls_server_name_set(session_, GNUTLS_NAME_DNS, setup.server_name.data(),
                                          setup.server_name.size()));
    }
    check_gnutls(
        "gnutls_credentials_set",
        gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE,
                               server ? setup.identity->credentials() : client_credentials_.get()));
    if (setup.tickets != nullptr) setup.tickets->admit(session_, setup.early_data);
    if (setup.ticket != nullptr) show_ticket(session_, setup.ticket->tls);
  } catch (...) {
    gnutls_deinit(session_);
    throw;
  }
  gnutls_session_set_ptr(session_, &reference_);
  if (!server) gnutls_session_set_verify_function(session_, &QuicConnection::verify);
  if (setup.wants_ticket) {
    gnutls_handshake_set_hook_function(session_, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                       GNUTLS_HOOK_POST, &QuicConnection::on_ticket);
  }
}

void QuicConnection::keep_keys_fresh(std::uint64_t now_ns) noexcept {
  if (update_keys(now_ns)) {
    ++key_updates_;
    next_key_update_ns_ = now_ns + setup_.options.key_update_ns;
  } else {
    // Not before the last one is confirmed, and three probe timeouts have gone by (RFC 9001
    // section 6.5).
    next_key_update_ns_ = now_ns + kKeyUpdateRetryNs;
  }
}

std::int64_t QuicConnection::open_uni_stream() {
  std::int64_t id = -1;
  if (const int result = ngtcp2_conn_open_uni_stream(conn_, &id, nullptr); result != 0)
    throw Error(fault_of("ngtcp2_conn_open_uni_stream", result));
  return id;
}

std::int64_t QuicConnection::open_bidi_stream() {
  std::int64_t id = -1;
  if (const int result = ngtcp2_conn_open_bidi_stream(conn_, &id, nullptr); result != 0)
    throw Error(fault_of("ngtcp2_conn_open_bidi_stream", result));
  return id;
}

std::vector<ngtcp2_cid> QuicConnection::cids() const {
  std::vector<ngtcp2_cid> all(count_cids(conn_));
  ngtcp2_conn_get_scid(conn_, all.data());
  return all;
}

std::size_t QuicConnection::write_close(std::uint8_t* to, std::size_t room, std::uint64_t now_ns,
                                        int error) noexcept {
  if (is_draining(conn_) || is_closing(conn_)) return 0;
  const QuicCloseReason reason =
      error == 0 ? no_error_reason() : reason_for(error, ngtcp2_conn_get_tls_alert(conn_));
  const ngtcp2_ssize length =
      ngtcp2_conn_write_connection_close(conn_, nullptr, nullptr, to, room, &reason, now_ns);
  return length > 0 ? static_cast<std::size_t>(length) : 0;
}

Fault QuicConnection::fault_of(const char* op, int error) const {
  if (pin_failed_) {
    return Fault{"TLS_PIN", op, 0, "the certificate of the peer is not the one that it announced"};
  }
  if (error == NGTCP2_ERR_RECV_VERSION_NEGOTIATION)
    return Fault{"QUIC", op, 0, "the peer speaks no version of QUIC that this end speaks"};
  std::string message = std::string(op) + ": " + ngtcp2_strerror(error);
  if (error == NGTCP2_ERR_CRYPTO) {
    const auto alert = static_cast<gnutls_alert_description_t>(ngtcp2_conn_get_tls_alert(conn_));
    if (const char* name = gnutls_alert_get_name(alert); name != nullptr)
      message += std::string(" (TLS alert: ") + name + ")";
    return Fault{"TLS", op, 0, message};
  }
  return Fault{"QUIC", op, 0, message};
}

Fault QuicConnection::no_room_fault(const char* op, std::uint64_t bytes) const {
  return Fault{"PATH_MTU", op, 0,
               "the path to " + setup_.remote.text() + " carries packets of " +
                   std::to_string(payload_bytes_) + " B, in which a datagram has at most " +
                   std::to_string(payload_bytes_ - kQuicDatagramOverheadBytes) +
                   " B: a message of " + std::to_string(bytes) + " B does not fit"};
}

TlsSettings QuicConnection::tls_settings() const {
  TlsSettings settings = read_tls_settings(session_);
  if (setup_.options.null_crypto) settings.cipher = "NULL";
  return settings;
}

QuicSettings QuicConnection::settings() const {
  const QuicInfo info = quic_info(conn_);
  QuicSettings settings;
  settings.library = "ngtcp2";
  settings.version = ngtcp2_version(0)->version_str;
  settings.built_with = NGTCP2_VERSION;
  settings.protocol_version = ngtcp2_conn_get_negotiated_version(conn_);
  settings.messages = name_of(setup_.options.messages);
  settings.shares_packets = !setup_.options.in_datagrams();
  settings.streams = setup_.options.streams;
  settings.udp_payload_bytes = static_cast<unsigned>(payload_bytes_);
  if (setup_.local_payload_bytes != 0)
    settings.local_payload_bytes = static_cast<unsigned>(setup_.local_payload_bytes);
  settings.window_bytes = setup_.options.window_bytes;
  settings.ack_threshold = setup_.options.ack_threshold;
  settings.pacing = setup_.options.pacing;
  settings.retry = setup_.options.retry;
  settings.key_updates = key_updates_;
  settings.congestion_control = name_of(setup_.options.congestion);
  settings.congestion_window_bytes = info.cwnd;
  settings.smoothed_rtt_ns = info.smoothed_rtt;
  // Until a sample, the first or the next after persistent congestion (RFC 9002 section 5.2), the
  // library has the largest number there is.
  if (info.min_rtt != ~ngtcp2_duration{0}) settings.min_rtt_ns = info.min_rtt;
  settings.rtt_variation_ns = info.rttvar;
  return settings;
}

}  // namespace xr
