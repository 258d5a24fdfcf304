#include "transport/quic/quic_connection.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/units.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/gnutls/tls_settings.h"
#include "transport/quic/null_crypto.h"

namespace xr {
namespace {

constexpr std::size_t kNumberBytes = 4;
constexpr std::uint64_t kKeyUpdateRetryNs = 5 * kNsPerMs;
/// A peer may open so many streams of one way where they are not freed: some 4 MB.
constexpr unsigned kMostKeptUniStreams = 10'000;

/// A connection with an idle timeout has so long to come about.
constexpr std::uint64_t kHandshakeNs = 10 * kNsPerSec;

void fill_random(std::uint8_t* to, std::size_t length, const ngtcp2_rand_ctx*) noexcept {
  // What it serves need only be hard to guess; GnuTLS does not fail here once it is initialised.
  if (gnutls_rnd(GNUTLS_RND_NONCE, to, length) < 0) std::memset(to, 0x5a, length);
}

ngtcp2_cid random_cid() noexcept {
  ngtcp2_cid cid{};
  cid.datalen = kQuicCidBytes;
  fill_random(cid.data, cid.datalen, nullptr);
  return cid;
}

ngtcp2_cc_algo algorithm_of(QuicCongestion congestion) noexcept {
  switch (congestion) {
    case QuicCongestion::kCubic: return NGTCP2_CC_ALGO_CUBIC;
    case QuicCongestion::kReno: return NGTCP2_CC_ALGO_RENO;
    case QuicCongestion::kBbr: return NGTCP2_CC_ALGO_BBR;
  }
  return NGTCP2_CC_ALGO_CUBIC;
}

const char* name_of(QuicCongestion congestion) noexcept {
  switch (congestion) {
    case QuicCongestion::kCubic: return "cubic";
    case QuicCongestion::kReno: return "reno";
    case QuicCongestion::kBbr: return "bbr";
  }
  return "";
}

ngtcp2_settings settings_for(const QuicSetup& setup, std::uint64_t now_ns) noexcept {
  const QuicOptions& options = setup.options;
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now_ns;
  settings.cc_algo = algorithm_of(options.congestion);
  settings.max_tx_udp_payload_size = options.udp_payload_bytes;
  // The size asked for is used as it is: what is measured must not change while it is measured.
  settings.no_tx_udp_payload_size_shaping = 1;
  settings.no_pmtud = 1;
  settings.ack_thresh = options.ack_threshold;
  // Without an idle timeout, how long it may take is the caller's to say.
  settings.handshake_timeout = setup.idle_timeout_ns == 0
                                   ? std::numeric_limits<ngtcp2_duration>::max()
                                   : std::min(setup.idle_timeout_ns, kHandshakeNs);
  // As large as the window to begin with: no tuning by itself.
  settings.max_window = options.window_bytes;
  settings.max_stream_window = options.window_bytes;
  return settings;
}

ngtcp2_transport_params parameters_for(const QuicSetup& setup) noexcept {
  const QuicOptions& options = setup.options;
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = options.window_bytes;
  params.initial_max_stream_data_bidi_remote = options.window_bytes;
  params.initial_max_stream_data_uni = options.window_bytes;
  params.initial_max_data = options.window_bytes;
  params.initial_max_streams_bidi = setup.peer_streams;
  params.initial_max_streams_uni = setup.peer_streams;
  // With 0, stalls are ours to find: an idle connection sends nothing, and stays.
  params.max_idle_timeout = setup.idle_timeout_ns;
  params.max_udp_payload_size = 65'527;
  params.max_datagram_frame_size = options.datagrams ? 65'535 : 0;
  params.disable_active_migration = 1;
  return params;
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
      payload_bytes_(setup.options.udp_payload_bytes) {
  path_.local = {setup_.local.get(), setup_.local.length};
  path_.remote = {setup_.remote.get(), setup_.remote.length};
  make_session(setup_);
  ngtcp2_callbacks handlers = callbacks(setup_.side);
  if (setup_.options.null_crypto) disable_packet_protection(handlers);
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
    set_priority(session_, setup.cipher, ":%DISABLE_TLS13_COMPAT_MODE");
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

ngtcp2_callbacks QuicConnection::callbacks(Side side) noexcept {
  // The library asserts that these are set, and an assertion would end the process: all of them,
  // also those that this side should never need.
  ngtcp2_callbacks all{};
  if (side == Side::kClient) {
    all.client_initial = ngtcp2_crypto_client_initial_cb;
    all.recv_retry = ngtcp2_crypto_recv_retry_cb;
  } else {
    all.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
  }
  all.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
  all.encrypt = ngtcp2_crypto_encrypt_cb;
  all.decrypt = ngtcp2_crypto_decrypt_cb;
  all.hp_mask = ngtcp2_crypto_hp_mask_cb;
  all.rand = fill_random;
  all.get_new_connection_id = &QuicConnection::on_new_cid;
  all.remove_connection_id = &QuicConnection::on_removed_cid;
  all.update_key = ngtcp2_crypto_update_key_cb;
  all.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
  all.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
  all.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
  all.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  all.recv_stream_data = &QuicConnection::on_stream_data;
  all.recv_datagram = &QuicConnection::on_datagram;
  all.stream_reset = &QuicConnection::on_stream_reset;
  all.stream_close = &QuicConnection::on_stream_close;
  all.handshake_completed = &QuicConnection::on_completed;
  all.handshake_confirmed = &QuicConnection::on_confirmed;
#if NGTCP2_VERSION_NUM >= 0x010000
  all.tls_early_data_rejected = &QuicConnection::on_early_data_rejected;
#else
  all.early_data_rejected = &QuicConnection::on_early_data_rejected;
#endif
  return all;
}

ngtcp2_conn* QuicConnection::conn_of(ngtcp2_crypto_conn_ref* reference) {
  return static_cast<QuicConnection*>(reference->user_data)->conn_;
}

int QuicConnection::verify(gnutls_session_t session) noexcept {
  auto* reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
  auto* self = static_cast<QuicConnection*>(reference->user_data);
  if (self->setup_.trusts_anyone) return 0;
  self->pin_failed_ = !matches_pin(session, *self->setup_.pin);
  return self->pin_failed_ ? 1 : 0;
}

int QuicConnection::check_name(gnutls_session_t session) noexcept {
  auto* reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
  auto* self = static_cast<QuicConnection*>(reference->user_data);
  const std::string& wanted = self->setup_.server_name;
  std::array<char, 64> name{};
  std::size_t length = name.size();
  unsigned type = 0;
  self->is_ours_ = gnutls_server_name_get(session, name.data(), &length, &type, 0) == 0 &&
                   length == wanted.size() && type == GNUTLS_NAME_DNS &&
                   gnutls_memcmp(name.data(), wanted.data(), length) == 0;
  return self->is_ours_ ? 0 : GNUTLS_E_UNRECOGNIZED_NAME;
}

int QuicConnection::on_stream_data(ngtcp2_conn* conn, std::uint32_t flags, std::int64_t id,
                                   std::uint64_t, const std::uint8_t* data, std::size_t length,
                                   void* user, void* stream) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  QuicInbox& inbox = self->inbox_;
  if (inbox.ring != nullptr) {
    for (std::size_t done = 0; done < length;) {
      const std::size_t at = (inbox.bytes + done) % inbox.ring_bytes;
      const std::size_t here = std::min(length - done, inbox.ring_bytes - at);
      std::memcpy(inbox.ring + at, data + done, here);
      done += here;
    }
  }
  inbox.bytes += length;
  if (const QuicStreamEvents* events = self->setup_.stream_events; events != nullptr) {
    const bool last = (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0;
    self->attached_ = stream;
    events->data(events->context, id, stream, data, length, last);
    if (last) self->end_uni_stream(id, self->attached_);
  }
  if (ngtcp2_conn_extend_max_stream_offset(conn, id, length) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  ngtcp2_conn_extend_max_offset(conn, length);
  return 0;
}

int QuicConnection::on_stream_reset(ngtcp2_conn*, std::int64_t id, std::uint64_t,
                                    std::uint64_t code, void* user, void* stream) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  const QuicStreamEvents* events = self->setup_.stream_events;
  if (events != nullptr) events->reset(events->context, id, stream, code);
  self->end_uni_stream(id, stream);
  return 0;
}

void QuicConnection::end_uni_stream(std::int64_t id, void* stream) noexcept {
  if (kNgtcp2ClosesUniStreams || ngtcp2_is_bidi_stream(id) != 0) return;
  ngtcp2_conn_set_stream_user_data(conn_, id, nullptr);
  if (++kept_uni_streams_ < kMostKeptUniStreams) {
    on_stream_close(conn_, 0, id, 0, this, stream);
  } else if (const QuicStreamEvents* events = setup_.stream_events; events != nullptr) {
    events->closed(events->context, id, stream);
  }
}

int QuicConnection::on_stream_close(ngtcp2_conn* conn, std::uint32_t, std::int64_t id,
                                    std::uint64_t, void* user, void* stream) noexcept {
  const QuicStreamEvents* events = static_cast<QuicConnection*>(user)->setup_.stream_events;
  if (events != nullptr) events->closed(events->context, id, stream);
  // Or a peer that opens one after the other would come to our limit.
  if (ngtcp2_conn_is_local_stream(conn, id) != 0) return 0;
  if (ngtcp2_is_bidi_stream(id) != 0) {
    ngtcp2_conn_extend_max_streams_bidi(conn, 1);
  } else {
    ngtcp2_conn_extend_max_streams_uni(conn, 1);
  }
  return 0;
}

int QuicConnection::on_new_cid(ngtcp2_conn*, ngtcp2_cid* cid, std::uint8_t* token,
                               std::size_t length, void* user) noexcept {
  const QuicSetup& setup = static_cast<QuicConnection*>(user)->setup_;
  cid->datalen = length;
  fill_random(cid->data, length, nullptr);
  if (setup.reset_key == nullptr) {
    fill_random(token, NGTCP2_STATELESS_RESET_TOKENLEN, nullptr);
  } else if (ngtcp2_crypto_generate_stateless_reset_token(token, setup.reset_key->data(),
                                                          setup.reset_key->size(), cid) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  if (setup.cid_events != nullptr) setup.cid_events->added(setup.cid_events->context, *cid);
  return 0;
}

int QuicConnection::on_removed_cid(ngtcp2_conn*, const ngtcp2_cid* cid, void* user) noexcept {
  const QuicCidEvents* events = static_cast<QuicConnection*>(user)->setup_.cid_events;
  if (events != nullptr) events->removed(events->context, *cid);
  return 0;
}

int QuicConnection::on_datagram(ngtcp2_conn*, std::uint32_t, const std::uint8_t* data,
                                std::size_t length, void* user) noexcept {
  const QuicInbox& inbox = static_cast<QuicConnection*>(user)->inbox_;
  if (inbox.on_datagram != nullptr) inbox.on_datagram(inbox.context, data, length);
  return 0;
}

int QuicConnection::on_completed(ngtcp2_conn* conn, void* user) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  if (self->setup_.side == Side::kServer) {
    if (!self->setup_.gives_ticket) return 0;
    return gnutls_session_ticket_send(self->session_, 1, 0) == 0 ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
  }
  if (!self->setup_.early_data || self->took_early_data()) return 0;
  return reject_early_data(conn) == 0 ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

int QuicConnection::on_early_data_rejected(ngtcp2_conn*, void* user) noexcept {
  static_cast<QuicConnection*>(user)->early_data_lost_ = true;
  return 0;
}

int QuicConnection::on_ticket(gnutls_session_t session, unsigned, unsigned, unsigned,
                              const gnutls_datum_t*) noexcept {
  auto* reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
  auto* self = static_cast<QuicConnection*>(reference->user_data);
  try {
    self->ticket_ = QuicTicket{ticket_of(session), early_parameters_of(self->conn_)};
  } catch (...) {
    return GNUTLS_E_MEMORY_ERROR;
  }
  return 0;
}

int QuicConnection::on_confirmed(ngtcp2_conn*, void* user) noexcept {
  static_cast<QuicConnection*>(user)->confirmed_ = true;
  return 0;
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
  std::vector<ngtcp2_cid> all(ngtcp2_conn_get_num_scid(conn_));
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
  settings.messages = setup_.options.datagrams ? "datagram" : "stream";
  settings.streams = setup_.options.streams;
  settings.udp_payload_bytes = setup_.options.udp_payload_bytes;
  settings.window_bytes = setup_.options.window_bytes;
  settings.ack_threshold = setup_.options.ack_threshold;
  settings.pacing = setup_.options.pacing;
  settings.retry = setup_.options.retry;
  settings.key_updates = key_updates_;
  settings.congestion_control = name_of(setup_.options.congestion);
  settings.congestion_window_bytes = info.cwnd;
  settings.smoothed_rtt_ns = info.smoothed_rtt;
  settings.min_rtt_ns = info.min_rtt;
  settings.rtt_variation_ns = info.rttvar;
  return settings;
}

}  // namespace xr
