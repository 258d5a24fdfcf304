#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "transport/endpoint_spec.h"
#include "transport/gnutls/identity.h"
#include "transport/gnutls/resumption.h"
#include "transport/outcome.h"
#include "transport/quic/ngtcp2_compat.h"
#include "transport/quic/quic_inbox.h"
#include "transport/quic/quic_path_search.h"
#include "transport/quic/quic_setup.h"
#include "transport/socket/address.h"
#include "transport/socket/blob.h"

namespace xr {

/// The ID that a client's first packet is addressed to: 16 bytes of token, 4 of number.
ngtcp2_cid first_cid(const Token& token, std::uint32_t number) noexcept;
/// The number in it, or -1 when it is not of this token.
std::int64_t number_of(const ngtcp2_cid& cid, const Token& token) noexcept;

/// What a server knows of a client's first packet.
struct QuicFirstPacket {
  const ngtcp2_pkt_hd* header = nullptr;
  /// What the client addressed before it was asked back, if it was.
  ngtcp2_cid original{};
  /// Empty unless the client was asked back.
  ngtcp2_vec retry_token{};
  /// It is not addressed to the token: the client still has to show that it knows it.
  bool must_name = false;
};

/// One QUIC connection without any input or output of its own: packets go in and come out, time is
/// told by the caller, always from one monotonic clock, nanoseconds.
class QuicConnection {
 public:
  /// Of a client.
  QuicConnection(const QuicSetup& setup, std::uint64_t now_ns);
  /// Of a server; `QuicGate` says from which packets.
  QuicConnection(const QuicSetup& setup, const QuicFirstPacket& first, std::uint64_t now_ns);
  /// The same, from the first packet of any client, whose header `ngtcp2_accept` has read.
  QuicConnection(const QuicSetup& setup, const ngtcp2_pkt_hd& first, std::uint64_t now_ns)
      : QuicConnection(setup, QuicFirstPacket{&first, first.dcid, {}}, now_ns) {}
  ~QuicConnection();
  QuicConnection(const QuicConnection&) = delete;
  QuicConnection& operator=(const QuicConnection&) = delete;

  /// A packet that came in, of the peer or of whoever forges its address; what is not its own
  /// changes nothing. 0, or an error of ngtcp2 that ends the connection.
  int read(const std::uint8_t* packet, std::size_t length, std::uint64_t now_ns) noexcept;

  /// Of what was read, packets that the keys of the connection have opened: nobody else has them.
  struct Heard {
    std::uint64_t packets = 0;
    /// Of these, those with a higher number than all before: not what somebody has recorded and
    /// sends again, nor what is late.
    std::uint64_t fresh = 0;
  };
  const Heard& heard() const noexcept { return heard_; }
  /// Whether a packet names an ID of this end's, which nobody off the path can know.
  bool is_addressed(const std::uint8_t* packet, std::size_t length) const noexcept;

  /// The next packet into `to`, with as much of `data` of stream `id` as it has room for; -1 =
  /// none. The length of the packet, 0 when there is nothing to send now, or an error of ngtcp2.
  /// `taken` is how much of `data` is in it: those bytes must stay as they are until acknowledged.
  /// With `shares` as `write_some`.
  ngtcp2_ssize write(std::uint8_t* to, std::int64_t id, const ngtcp2_vec* data, std::size_t pieces,
                     std::size_t& taken, std::uint64_t now_ns, bool shares = false) noexcept {
    taken = 0;
    const std::uint32_t flags =
        shares ? NGTCP2_WRITE_STREAM_FLAG_MORE : NGTCP2_WRITE_STREAM_FLAG_NONE;
    ngtcp2_ssize in_packet = -1;
    const ngtcp2_ssize length =
        ngtcp2_conn_writev_stream(conn_, nullptr, nullptr, to, payload_bytes_, &in_packet, flags,
                                  id, data, pieces, now_ns);
    taken = in_packet > 0 ? static_cast<std::size_t>(in_packet) : 0;
    unacked_ += taken;
    // Behind all else: what shares a packet with a probe is lost with it, as the end of a
    // handshake.
    if (length == 0 && id < 0 && wants_path_packet()) [[unlikely]]
      return write_path_packet(to, now_ns);
    return length;
  }

  /// As `write`, but NGTCP2_ERR_WRITE_MORE says that there is room for another frame in the packet,
  /// which is then to be written next, into the same place; a `write` of nothing ends it. `last`:
  /// with the end of the stream. `taken` is -1 when nothing of the stream is in the packet. Without
  /// `shares` the packet ends with this.
  ngtcp2_ssize write_some(std::uint8_t* to, std::int64_t id, std::span<const ngtcp2_vec> data,
                          bool last, ngtcp2_ssize& taken, std::uint64_t now_ns,
                          bool shares = true) noexcept {
    const std::uint32_t flags = (shares ? NGTCP2_WRITE_STREAM_FLAG_MORE : 0u) |
                                (last ? NGTCP2_WRITE_STREAM_FLAG_FIN : 0u);
    taken = -1;
    const ngtcp2_ssize length =
        ngtcp2_conn_writev_stream(conn_, nullptr, nullptr, to, payload_bytes_, &taken, flags, id,
                                  data.data(), data.size(), now_ns);
    if (taken > 0) unacked_ += static_cast<std::uint64_t>(taken);
    return length;
  }

  /// As `write`, with a DATAGRAM frame: `taken` when it is in the packet.
  ngtcp2_ssize write_datagram(std::uint8_t* to, const ngtcp2_vec& data, bool& taken,
                              std::uint64_t now_ns) noexcept {
    if (wants_timed_byte(payload_bytes_) || is_long_untimed()) [[unlikely]] {
      taken = false;
      if (const ngtcp2_ssize length = write_timed_byte(to, now_ns); length != 0) return length;
    }
    int accepted = 0;
    const ngtcp2_ssize length =
        ngtcp2_conn_writev_datagram(conn_, nullptr, nullptr, to, payload_bytes_, &accepted,
                                    NGTCP2_WRITE_DATAGRAM_FLAG_NONE, 0, &data, 1, now_ns);
    taken = accepted != 0;
    unacked_ += taken;
    if (taken) untimed_bytes_ += static_cast<std::uint64_t>(length);
    return length;
  }

  /// When `expire` is due; the largest value = never.
  std::uint64_t expiry_ns() const noexcept {
    return std::min({ngtcp2_conn_get_expiry(conn_), next_key_update_ns_, path_due_ns_});
  }
  int expire(std::uint64_t now_ns) noexcept {
    if (now_ns >= next_key_update_ns_) [[unlikely]]
      keep_keys_fresh(now_ns);
    if (now_ns >= path_due_ns_) [[unlikely]]
      ask_again();
    if (payload_bytes_ > kLeastPayloadBytes && setup_.local_payload_bytes != 0)
      look_for_black_hole(now_ns);
    return ngtcp2_conn_handle_expiry(conn_, now_ns);
  }

  /// Pacing: how many bytes may be written at once, and, when they are, from when the next may be.
  bool paces() const noexcept { return setup_.options.pacing; }
  std::size_t burst_bytes() const noexcept { return ngtcp2_conn_get_send_quantum(conn_); }
  void end_burst(std::uint64_t now_ns) noexcept { ngtcp2_conn_update_pkt_tx_time(conn_, now_ns); }

  bool is_established() const noexcept { return ngtcp2_conn_get_handshake_completed(conn_) != 0; }
  std::uint64_t smoothed_rtt_ns() const noexcept { return quic_info(conn_).smoothed_rtt; }
  /// Nothing of what was sent is unacknowledged.
  bool is_quiet() const noexcept { return quic_info(conn_).bytes_in_flight == 0; }
  /// Bytes of streams that wait at the peer behind a hole, as of the packet that arrived after it
  /// was asked for last. Any thread.
  std::uint64_t waiting_bytes() const noexcept {
    asks_waiting_.store(true, std::memory_order_relaxed);
    return waiting_bytes_.load(std::memory_order_relaxed);
  }
  /// A server's handshake is confirmed when it is complete (RFC 9001 section 4.1.2).
  bool is_confirmed() const noexcept {
    return confirmed_ || (setup_.side == Side::kServer && is_established());
  }
  /// The handshake was a resumed one.
  bool is_resumed() const noexcept { return gnutls_session_is_resumed(session_) != 0; }
  /// Data of the first packets was taken.
  bool took_early_data() const noexcept {
    return (gnutls_session_get_flags(session_) & GNUTLS_SFLAGS_EARLY_DATA) != 0;
  }
  /// It was not: streams that were opened for it are gone, and may be opened again. Once.
  bool lost_early_data() noexcept { return std::exchange(early_data_lost_, false); }
  /// What the server gave to come back with.
  const std::optional<QuicTicket>& ticket() const noexcept { return ticket_; }
  /// False at a server until the client has shown that it knows the token.
  bool is_ours() const noexcept { return is_ours_; }

  /// Has the next packets protected by new keys (RFC 9001 section 6); false while the last update
  /// is not confirmed yet.
  bool update_keys(std::uint64_t now_ns) noexcept {
    return ngtcp2_conn_initiate_key_update(conn_, now_ns) == 0;
  }
  /// From now on it happens by itself, as often as was asked for.
  void begin_key_updates(std::uint64_t now_ns) noexcept {
    if (setup_.options.key_update_ns != 0 && setup_.side == Side::kClient)
      next_key_update_ns_ = now_ns + setup_.options.key_update_ns;
  }

  /// A stream of one's own to send on. Throws when the peer does not let it be opened.
  std::int64_t open_uni_stream();
  std::int64_t open_bidi_stream();

  /// As above; -1 when the peer does not let it be opened now.
  std::int64_t try_open_uni_stream(void* state) noexcept {
    std::int64_t id = -1;
    return ngtcp2_conn_open_uni_stream(conn_, &id, state) == 0 ? id : -1;
  }
  std::int64_t try_open_bidi_stream(void* state) noexcept {
    std::int64_t id = -1;
    return ngtcp2_conn_open_bidi_stream(conn_, &id, state) == 0 ? id : -1;
  }
  /// What the events of a stream are told with from now on; called while one of them is.
  void attach(std::int64_t id, void* state) noexcept {
    ngtcp2_conn_set_stream_user_data(conn_, id, state);
    attached_ = state;
  }
  /// Gives one's own half of a stream up.
  void reset(std::int64_t id, std::uint64_t code) noexcept { reset_stream(conn_, id, code); }
  /// Asks the peer to give its half up.
  void ask_to_stop(std::int64_t id, std::uint64_t code) noexcept { stop_stream(conn_, id, code); }
  /// Lets the peer send so much more on a stream, and over all of them.
  void give_credit(std::int64_t id, std::uint64_t bytes) noexcept {
    give_stream_credit(id, bytes);
    give_credit(bytes);
  }
  void give_credit(std::uint64_t bytes) noexcept { ngtcp2_conn_extend_max_offset(conn_, bytes); }
  void give_stream_credit(std::int64_t id, std::uint64_t bytes) noexcept {
    ngtcp2_conn_extend_max_stream_offset(conn_, id, bytes);
  }
  /// Lets the peer open so many more streams of both ways.
  void let_open_bidi(std::size_t streams) noexcept {
    ngtcp2_conn_extend_max_streams_bidi(conn_, streams);
  }
  bool is_own_stream(std::int64_t id) const noexcept {
    return ngtcp2_conn_is_local_stream(conn_, id) != 0;
  }
  /// Whether there is such a stream, of a peer since its first frame. Detaches what was attached.
  bool has_stream(std::int64_t id) noexcept {
    return ngtcp2_conn_set_stream_user_data(conn_, id, nullptr) == 0;
  }
  static bool is_bidi_stream(std::int64_t id) noexcept { return ngtcp2_is_bidi_stream(id) != 0; }
  /// How many more the peer lets this end open now.
  std::uint64_t bidi_streams_left() const noexcept {
    return ngtcp2_conn_get_streams_bidi_left(conn_);
  }
  /// Bytes of streams of which it is not known that they have arrived.
  std::uint64_t unacked_bytes() const noexcept { return unacked_; }
  /// Whether the peer's window for all streams together has room.
  bool has_credit() const noexcept { return ngtcp2_conn_get_max_data_left(conn_) > 0; }
  /// Those under which packets may arrive now.
  std::vector<ngtcp2_cid> cids() const;

  /// The packet that says farewell, because of an error of ngtcp2 or, with 0, without one; its
  /// length, or 0 when there is nothing more to say.
  std::size_t write_close(std::uint8_t* to, std::size_t room, std::uint64_t now_ns,
                          int error) noexcept;

  /// What an error of `read`, `write` or `expire` means.
  Fault fault_of(const char* op, int error) const;
  /// Whether it means no more than that the peer has closed.
  static bool is_farewell(int error) noexcept {
    return error == NGTCP2_ERR_DRAINING || error == NGTCP2_ERR_CLOSING ||
           error == NGTCP2_ERR_DROP_CONN;
  }

  QuicInbox& inbox() noexcept { return inbox_; }
  /// Of the packets written now, and of the largest that may ever be.
  std::size_t payload_bytes() const noexcept { return payload_bytes_; }
  std::size_t largest_payload_bytes() const noexcept {
    return setup_.local_payload_bytes == 0 ? payload_bytes_ : setup_.local_payload_bytes;
  }
  bool fits_datagram(std::uint64_t bytes) const noexcept {
    return bytes + kQuicDatagramOverheadBytes <= payload_bytes_;
  }
  /// It does, or may when the search that is under way has ended.
  bool may_fit_datagram(std::uint64_t bytes) const noexcept {
    return fits_datagram(bytes) ||
           (search_.is_searching() &&
            bytes + kQuicDatagramOverheadBytes <= search_.possible_bytes());
  }
  /// What to say of a message that does not.
  Fault no_room_fault(const char* op, std::uint64_t bytes) const;
  /// The path carries packets of `bytes` and no larger ones, as a send or a router said.
  void limit_payload(std::size_t bytes) noexcept;
  /// What the path carries is known, at both ends where they tell one another.
  bool is_path_known() const noexcept {
    return is_established() && !search_.is_searching() && (!awaits_note_ || peer_knows_path_) &&
           (!owes_note_ || notes_sent_ >= kMostNotes);
  }

  /// A client's: probes of either end were lost, and the server has told that it hears a client
  /// which begins anew because of it.
  bool wants_fresh_start() const noexcept { return is_path_known() && may_begin_anew(); }
  /// A server's: the client, which decides alone, may do so. As long as this end has told nothing
  /// it does not.
  bool peer_may_begin_anew() const noexcept {
    return notes_sent_ > 0 && (!peer_knows_path_ || may_begin_anew());
  }

  TlsSettings tls_settings() const;
  /// Library, window and round-trip estimates as they are now.
  QuicSettings settings() const;

 private:
  /// So many of them are not all lost: a peer that has told its own and answers none is through,
  /// and has gone on.
  static constexpr unsigned kMostNotes = 3;
  /// A quarter of the least congestion window there is, two packets (RFC 9002 section 7.2).
  static constexpr std::uint64_t kLeastUntimedBytes = kLeastPayloadBytes / 2;

  QuicConnection(const QuicSetup& setup, const QuicFirstPacket* first, std::uint64_t now_ns);
  void make_session(const QuicSetup& setup);
  void keep_keys_fresh(std::uint64_t now_ns) noexcept;
  void begin_on_path(std::size_t top_bytes) noexcept;
  void ask_again() noexcept;
  void look_for_black_hole(std::uint64_t now_ns) noexcept;
  void tell_waiting() noexcept;
  bool wants_path_packet() const noexcept {
    return search_.wants_probe() || owes_companion_ ||
           (owes_note_ && !note_is_out_ && !search_.is_searching());
  }
  bool may_begin_anew() const noexcept {
    return peer_begins_anew_ && (tells_lost_probes_ || peer_has_lost_probes_);
  }
  ngtcp2_ssize write_path_packet(std::uint8_t* to, std::uint64_t now_ns) noexcept;
  /// A packet of `packet_bytes` may be the last that the congestion window has room for, and
  /// nothing in it is timed: for frames that are not sent again, as DATAGRAM frames, the library
  /// has no probe timeout (RFC 9002 section 6.2), so that an outage which swallows them all would
  /// never end.
  bool wants_timed_byte(std::size_t packet_bytes) const noexcept {
    return !timed_byte_is_out_ && ngtcp2_conn_get_cwnd_left(conn_) <= packet_bytes;
  }
  /// So much has followed what was timed last that the window could close on it alone. A loss
  /// halves the window at most, so that of any quarter of it one part is timed.
  bool is_long_untimed() noexcept {
    if (kNgtcp2TimesDatagrams || untimed_bytes_ <= kLeastUntimedBytes) return false;
    const QuicInfo info = quic_info(conn_);
    untimed_bytes_ = std::min<std::uint64_t>(untimed_bytes_, info.bytes_in_flight);
    return untimed_bytes_ > info.cwnd / 4;
  }
  ngtcp2_ssize write_timed_byte(std::uint8_t* to, std::uint64_t now_ns) noexcept;
  static int on_acked_data(ngtcp2_conn* conn, std::int64_t id, std::uint64_t offset,
                           std::uint64_t length, void* self, void* stream) noexcept;
  static int on_acked_datagram(ngtcp2_conn* conn, std::uint64_t id, void* self) noexcept;
  static int on_lost_datagram(ngtcp2_conn* conn, std::uint64_t id, void* self) noexcept;
  static ngtcp2_callbacks callbacks(Side side) noexcept;
  static void listen_for_life(ngtcp2_callbacks& callbacks, bool null_crypto) noexcept;
  static ngtcp2_conn* conn_of(ngtcp2_crypto_conn_ref* reference);
  static int verify(gnutls_session_t session) noexcept;
  static int check_name(gnutls_session_t session) noexcept;
  static int on_stream_data(ngtcp2_conn* conn, std::uint32_t flags, std::int64_t id,
                            std::uint64_t offset, const std::uint8_t* data, std::size_t length,
                            void* self, void* stream) noexcept;
  static int on_stream_reset(ngtcp2_conn* conn, std::int64_t id, std::uint64_t size,
                             std::uint64_t code, void* self, void* stream) noexcept;
  static int on_stream_close(ngtcp2_conn* conn, std::uint32_t flags, std::int64_t id,
                             std::uint64_t code, void* self, void* stream) noexcept;
  /// A stream of one way that the peer has ended.
  void end_uni_stream(std::int64_t id, void* stream) noexcept;
  static int on_new_cid(ngtcp2_conn* conn, ngtcp2_cid* cid, std::uint8_t* token, std::size_t length,
                        void* self) noexcept;
  static int on_removed_cid(ngtcp2_conn* conn, const ngtcp2_cid* cid, void* self) noexcept;
  static int on_datagram(ngtcp2_conn* conn, std::uint32_t flags, const std::uint8_t* data,
                         std::size_t length, void* self) noexcept;
  template <ngtcp2_decrypt kDecrypt>
  static int on_decrypt(std::uint8_t* to, const ngtcp2_crypto_aead* aead,
                        const ngtcp2_crypto_aead_ctx* context, const std::uint8_t* ciphertext,
                        std::size_t length, const std::uint8_t* nonce, std::size_t nonce_length,
                        const std::uint8_t* header, std::size_t header_length) noexcept;
  void note_opened(const std::uint8_t* header, std::size_t length) noexcept;
  static int on_completed(ngtcp2_conn* conn, void* self) noexcept;
  static int on_confirmed(ngtcp2_conn* conn, void* self) noexcept;
  static int on_early_data_rejected(ngtcp2_conn* conn, void* self) noexcept;
  static int on_ticket(gnutls_session_t session, unsigned kind, unsigned when, unsigned incoming,
                       const gnutls_datum_t* message) noexcept;

  QuicSetup setup_;
  ngtcp2_crypto_conn_ref reference_{};
  Credentials client_credentials_;
  gnutls_session_t session_ = nullptr;
  ngtcp2_conn* conn_ = nullptr;
  ngtcp2_path path_{};
  std::size_t payload_bytes_;
  QuicPathSearch search_;
  /// So much longer than a byte is the number of a probe taken to be.
  std::size_t probe_more_bytes_ = 0;
  /// Probes are out, of which only the acknowledgement of something behind them tells that they are
  /// lost: for frames that are not sent again the library has no timer.
  bool owes_companion_ = false;
  std::uint64_t path_due_ns_ = std::numeric_limits<std::uint64_t>::max();
  bool owes_note_ = false;
  bool note_is_out_ = false;
  unsigned notes_sent_ = 0;
  bool awaits_note_ = false;
  bool peer_knows_path_ = false;
  bool has_lost_probes_ = false;
  bool tells_lost_probes_ = false;
  /// Since its note says of lost probes whether there were any.
  bool peer_begins_anew_ = false;
  bool peer_has_lost_probes_ = false;
  /// Of one's own, for a byte now and then; -1 = none yet.
  std::int64_t timed_stream_ = -1;
  bool timed_byte_is_out_ = false;
  /// Of packets with a DATAGRAM frame since the last timed byte, no more than are on their way.
  std::uint64_t untimed_bytes_ = 0;
  /// Something of what was sent was acknowledged since timers were looked at.
  bool has_progressed_ = false;
  /// Bytes of streams that are not acknowledged, and datagrams of which nothing is known: what an
  /// end that only receives never has.
  std::uint64_t unacked_ = 0;
  mutable std::atomic<bool> asks_waiting_ = false;
  std::atomic<std::uint64_t> waiting_bytes_ = 0;
  unsigned lost_in_a_row_ = 0;
  std::uint64_t stuck_since_ns_ = 0;
  QuicInbox inbox_;
  Heard heard_;
  /// That of the next packet of the peer's, where none is late.
  std::uint64_t next_number_ = 0;
  /// Those of a peer that ended and were not freed.
  unsigned kept_uni_streams_ = 0;
  void* attached_ = nullptr;
  bool pin_failed_ = false;
  bool confirmed_ = false;
  bool early_data_lost_ = false;
  std::uint64_t next_key_update_ns_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t key_updates_ = 0;
  std::optional<QuicTicket> ticket_;
  bool is_ours_ = true;
};

}  // namespace xr
