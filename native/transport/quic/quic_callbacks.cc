#include <algorithm>
#include <array>
#include <cstring>

#include "base/units.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/gnutls/tls_settings.h"
#include "transport/quic/quic_connection.h"
#include "transport/quic/quic_random.h"
#include "transport/stream_messages.h"

// What ngtcp2 and GnuTLS call a connection for.

namespace xr {
namespace {

/// A peer may open so many streams of one way where they are not freed: some 4 MB.
constexpr unsigned kMostKeptUniStreams = 10'000;

}  // namespace

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
  all.acked_stream_data_offset = &QuicConnection::on_acked_data;
  all.recv_datagram = &QuicConnection::on_datagram;
  all.ack_datagram = &QuicConnection::on_acked_datagram;
  all.lost_datagram = &QuicConnection::on_lost_datagram;
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
                                   std::uint64_t offset, const std::uint8_t* data,
                                   std::size_t length, void* user, void* stream) noexcept {
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
  if (inbox.wanted != nullptr) inbox.differs |= !inbox.wanted->matches(offset, data, length);
  inbox.bytes += length;
  if (inbox.message_bytes != 0)
    inbox.messages += messages_ended(offset, length, inbox.message_bytes);
  if (const QuicStreamEvents* events = self->setup_.stream_events; events != nullptr) {
    const bool last = (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0;
    self->attached_ = stream;
    events->data(events->context, id, stream, data, length, last);
    if (last) self->end_uni_stream(id, self->attached_);
  }
  if (inbox.holds_credit) return 0;
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
  auto* self = static_cast<QuicConnection*>(user);
  const QuicStreamEvents* events = self->setup_.stream_events;
  if (events != nullptr) events->closed(events->context, id, stream);
  // Or a peer that opens one after the other would come to our limit.
  if (ngtcp2_conn_is_local_stream(conn, id) != 0 || self->inbox_.holds_credit) return 0;
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

int QuicConnection::on_completed(ngtcp2_conn* conn, void* user) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  self->begin_on_path(self->setup_.local_payload_bytes);
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

}  // namespace xr
