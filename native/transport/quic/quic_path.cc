#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/units.h"
#include "transport/quic/quic_connection.h"

// How large packets may be: what a connection does about it. A probe is a packet of one DATAGRAM
// frame (RFC 9221), of which ngtcp2 tells whether it arrived; its own search (`no_pmtud`) knows
// fewer sizes, and none above 1,444 B. Where the peer takes no such frames, packets have the size
// that the local MTU lets through, until a black hole is seen.

namespace xr {
namespace {

/// What no message of ours begins with: those have a number there.
constexpr std::array<std::uint8_t, 16> kMark = {0xf7, 0x1c, 0x93, 0x0e, 0x58, 0xd2, 0x6b, 0xa4,
                                                0x3d, 0xc8, 0x71, 0xe6, 0x05, 0x9f, 0xb2, 0x4a};
constexpr std::uint64_t kNoteId = 1;
/// In place of a size.
constexpr std::size_t kCompanionId = 2;
constexpr std::size_t kCompanionRoomBytes = 128;
/// Behind the mark: that the path is known, and nothing.
constexpr std::uint8_t kNote = 1;
constexpr std::uint8_t kCompanion = 0;
/// Behind that, whether probes were lost.
constexpr std::uint8_t kLostNone = 1;
constexpr std::uint8_t kLostProbes = 2;
/// A short header without its connection ID, with a packet number of one byte, the AEAD tag, and a
/// frame's type and length.
constexpr std::size_t kProbeOverheadBytes = 1 + 1 + 16 + 1 + 2;
/// A packet number may be so much longer.
constexpr std::size_t kMoreNumberBytes = 3;
/// So many probe timeouts one after the other (1 + 2 + 4, of which the first two make this check
/// begin) may be loss; more is a path that swallows packets of this size (RFC 8899 section 4.3).
constexpr std::uint64_t kStuckTimeouts = 6;
constexpr unsigned kLostDatagramsInARow = 32;

std::uint8_t* probe_data() {
  static std::vector<std::uint8_t> data = [] {
    std::vector<std::uint8_t> bytes(65'536, 0);
    std::memcpy(bytes.data(), kMark.data(), kMark.size());
    return bytes;
  }();
  return data.data();
}

bool takes_datagrams(ngtcp2_conn* conn) noexcept {
  const auto* params = ngtcp2_conn_get_remote_transport_params(conn);
  return params != nullptr && params->max_datagram_frame_size >= 65'535;
}

/// RFC 9002 section 6.2.1, with the acknowledgement delay that peers have by default.
std::uint64_t probe_timeout_ns(const QuicInfo& info) noexcept {
  return info.smoothed_rtt + std::max<std::uint64_t>(4 * info.rttvar, kNsPerMs) + 25 * kNsPerMs;
}

}  // namespace

/// The handshake is through.
void QuicConnection::begin_on_path(std::size_t top_bytes) noexcept {
  if (setup_.local_payload_bytes == 0 || setup_.path_payload_bytes != 0) return;
  if (!takes_datagrams(conn_)) {
    payload_bytes_ = top_bytes;
    return;
  }
  probe_more_bytes_ = 0;
  search_.begin(top_bytes);
  payload_bytes_ = search_.found_bytes();
  owes_note_ = awaits_note_ = setup_.tells_path;
  notes_sent_ = 0;
}

void QuicConnection::limit_payload(std::size_t bytes) noexcept {
  if (setup_.local_payload_bytes == 0) return;
  const std::size_t limit = std::max(bytes, kLeastPayloadBytes);
  search_.limit(limit);
  payload_bytes_ = std::min(payload_bytes_, limit);
}

ngtcp2_ssize QuicConnection::write_path_packet(std::uint8_t* to, std::uint64_t now_ns) noexcept {
  // With the window full of probes nothing could follow them that tells of their loss.
  if (search_.wants_probe() && search_.has_sent()) {
    const QuicInfo info = quic_info(conn_);
    if (info.cwnd < info.bytes_in_flight + search_.probe_bytes() + kCompanionRoomBytes) {
      search_.cut_short();
      owes_companion_ = true;
    }
  }
  const bool probes = search_.wants_probe();
  if (probes && setup_.options.in_datagrams() && wants_timed_byte(search_.probe_bytes())) {
    if (const ngtcp2_ssize length = write_timed_byte(to, now_ns); length != 0) return length;
  }
  std::array<std::uint8_t, kMark.size() + 2> note{};
  std::memcpy(note.data(), kMark.data(), kMark.size());
  note[kMark.size()] = owes_companion_ ? kCompanion : kNote;
  // Once told it stays: both ends act on it.
  if (notes_sent_ == 0) tells_lost_probes_ = has_lost_probes_;
  note.back() = tells_lost_probes_ ? kLostProbes : kLostNone;
  const std::size_t packet_bytes = probes ? search_.probe_bytes() : payload_bytes_;
  const std::size_t overhead = kProbeOverheadBytes + ngtcp2_conn_get_dcid(conn_)->datalen;
  const ngtcp2_vec data =
      probes ? ngtcp2_vec{probe_data(), packet_bytes - overhead - probe_more_bytes_}
             : ngtcp2_vec{note.data(), note.size()};
  // What its acknowledgement proves: it is at least so long.
  const std::uint64_t id = probes            ? search_.id_of(packet_bytes - probe_more_bytes_)
                           : owes_companion_ ? search_.id_of(kCompanionId)
                                             : kNoteId;
  int taken = 0;
  const ngtcp2_ssize length =
      ngtcp2_conn_writev_datagram(conn_, nullptr, nullptr, to, packet_bytes, &taken,
                                  NGTCP2_WRITE_DATAGRAM_FLAG_NONE, id, &data, 1, now_ns);
  if (taken != 0) path_due_ns_ = now_ns + probe_timeout_ns(quic_info(conn_));
  if (!probes) {
    if (taken == 0) return length;
    note_is_out_ |= !owes_companion_;
    notes_sent_ += !owes_companion_;
    owes_companion_ = false;
    return length;
  }
  if (taken != 0) {
    search_.on_sent();
    owes_companion_ = !search_.wants_probe();
    const std::size_t less_bytes = packet_bytes - static_cast<std::size_t>(length);
    probe_more_bytes_ -= std::min(probe_more_bytes_, less_bytes);
  } else if (length == 0 && probe_more_bytes_ < kMoreNumberBytes) {
    // Packet numbers have become longer, or the congestion window is full.
    ++probe_more_bytes_;
  }
  return length;
}

/// What has a timeout among DATAGRAM frames: a byte of a stream. Its probes need no room in the
/// congestion window, and their acknowledgement tells what else was lost.
ngtcp2_ssize QuicConnection::write_timed_byte(std::uint8_t* to, std::uint64_t now_ns) noexcept {
  static std::uint8_t byte = 0;
  // Where the peer lets none be opened it is as without.
  if (timed_stream_ < 0) timed_stream_ = try_open_uni_stream(nullptr);
  if (timed_stream_ < 0) return 0;
  const ngtcp2_vec data{&byte, sizeof byte};
  ngtcp2_ssize taken = 0;
  const ngtcp2_ssize length =
      ngtcp2_conn_writev_stream(conn_, nullptr, nullptr, to, payload_bytes_, &taken,
                                NGTCP2_WRITE_STREAM_FLAG_NONE, timed_stream_, &data, 1, now_ns);
  if (taken > 0) {
    timed_byte_is_out_ = true;
    untimed_bytes_ = 0;
    ++unacked_;
  }
  return length == NGTCP2_ERR_STREAM_DATA_BLOCKED ? 0 : length;
}

/// No answer came in time.
void QuicConnection::ask_again() noexcept {
  path_due_ns_ = std::numeric_limits<std::uint64_t>::max();
  if (search_.is_searching()) {
    owes_companion_ = !search_.wants_probe();
  } else {
    note_is_out_ = false;
  }
}

void QuicConnection::look_for_black_hole(std::uint64_t now_ns) noexcept {
  const QuicInfo info = quic_info(conn_);
  bool is_hole = lost_in_a_row_ >= kLostDatagramsInARow;
  if (has_progressed_ || info.bytes_in_flight == 0 || unacked_ == 0) {
    has_progressed_ = false;
    stuck_since_ns_ = 0;
  } else if (stuck_since_ns_ == 0) {
    stuck_since_ns_ = now_ns;
  } else {
    is_hole |= now_ns - stuck_since_ns_ > kStuckTimeouts * probe_timeout_ns(info);
  }
  if (!is_hole) return;
  lost_in_a_row_ = 0;
  stuck_since_ns_ = 0;
  if (takes_datagrams(conn_)) search_.begin(payload_bytes_);
  payload_bytes_ = kLeastPayloadBytes;
}

/// Sent, not acknowledged up to there, and no longer on its way: acknowledged behind a hole, or the
/// hole itself. Headers of what is on its way make it a little less.
void QuicConnection::tell_waiting() noexcept {
  asks_waiting_.store(false, std::memory_order_relaxed);
  const std::uint64_t on_the_way = quic_info(conn_).bytes_in_flight;
  waiting_bytes_.store(unacked_ - std::min(unacked_, on_the_way), std::memory_order_relaxed);
}

int QuicConnection::on_acked_data(ngtcp2_conn*, std::int64_t id, std::uint64_t,
                                  std::uint64_t length, void* user, void*) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  if (id == self->timed_stream_) self->timed_byte_is_out_ = false;
  self->has_progressed_ = true;
  self->unacked_ -= std::min(self->unacked_, length);
  return 0;
}

int QuicConnection::on_acked_datagram(ngtcp2_conn*, std::uint64_t id, void* user) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  if (id == 0) {
    self->unacked_ -= std::min<std::uint64_t>(self->unacked_, 1);
    self->has_progressed_ = true;
    self->lost_in_a_row_ = 0;
  } else if (id == kNoteId) {
    self->owes_note_ = false;
  } else if ((id & 0xffff) != kCompanionId) {
    self->search_.on_acked(id);
    self->payload_bytes_ = std::max(self->payload_bytes_, self->search_.found_bytes());
  }
  if (!self->search_.is_searching() && !self->owes_note_)
    self->path_due_ns_ = std::numeric_limits<std::uint64_t>::max();
  return 0;
}

int QuicConnection::on_lost_datagram(ngtcp2_conn*, std::uint64_t id, void* user) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  if (id == 0) {
    self->unacked_ -= std::min<std::uint64_t>(self->unacked_, 1);
    ++self->lost_in_a_row_;
  } else if (id == kNoteId) {
    self->note_is_out_ = false;
  } else if ((id & 0xffff) == kCompanionId) {
    // Told of before the probes in front of it.
    self->search_.on_companion_lost(id);
  } else {
    self->has_lost_probes_ = true;
    self->search_.on_lost(id);
  }
  return 0;
}

int QuicConnection::on_datagram(ngtcp2_conn*, std::uint32_t, const std::uint8_t* data,
                                std::size_t length, void* user) noexcept {
  auto* self = static_cast<QuicConnection*>(user);
  if (length > kMark.size() && std::memcmp(data, kMark.data(), kMark.size()) == 0) [[unlikely]] {
    if (data[kMark.size()] != kNote) return 0;
    self->peer_knows_path_ = true;
    const std::uint8_t lost = length > kMark.size() + 1 ? data[kMark.size() + 1] : 0;
    self->peer_begins_anew_ |= lost == kLostNone || lost == kLostProbes;
    self->peer_has_lost_probes_ |= lost == kLostProbes;
    return 0;
  }
  const QuicInbox& inbox = self->inbox_;
  if (inbox.on_datagram != nullptr) inbox.on_datagram(inbox.context, data, length);
  return 0;
}

}  // namespace xr
