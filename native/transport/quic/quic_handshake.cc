#include "transport/quic/quic_handshake.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/units.h"
#include "measure/clock.h"
#include "transport/datagram/path_payload.h"

namespace xr {
namespace {

constexpr std::size_t kLargestPacketBytes = 65'536;
// What is still on its way after the handshake (tickets, connection IDs, their acknowledgements)
// has so long to arrive.
constexpr std::uint64_t kSettleNs = 100 * kNsPerMs;
// The search for what the path carries goes on in the run where it takes longer: less than the time
// that a connect has.
constexpr std::uint64_t kSearchNs = 3 * kNsPerSec;
// A client that has decided to begin anew at the end of that time is heard by then, also when the
// first of its packets are lost, because it knows the round trip: still less than the time that a
// connect has.
constexpr std::uint64_t kAnewNs = 4 * kNsPerSec;
// A round trip that began anew is not taken to be shorter: a handshake computes, too. Three of them
// until the first packet is repeated, six until the next.
constexpr std::uint64_t kLeastRoundTripNs = 20 * kNsPerMs;
// A timer further away than that belongs to nothing that is under way.
constexpr std::uint64_t kFarNs = kNsPerSec;
constexpr std::uint64_t kLongestWaitNs = 50 * kNsPerMs;

class Handshake {
 public:
  Handshake(QuicLane& lane, QuicSetup& setup, QuicGate* gate, const Deadline& deadline)
      : lane_(lane),
        setup_(setup),
        gate_(gate),
        deadline_(deadline),
        buffer_(kLargestPacketBytes) {}

  void run() {
    begin();
    for (;;) {
      const bool came = wait();
      if (came) read();
      if (!lane_.connection) continue;
      if (const int result = lane_.connection->expire(monotonic_raw_ns()); result != 0)
        fail("ngtcp2_conn_handle_expiry", result);
      write();
      const std::uint64_t now_ns = monotonic_raw_ns();
      if (established_ns_ == 0 && lane_.connection->is_established()) {
        established_ns_ = now_ns;
        lane_.handshake_ns = now_ns - began_ns_;
      }
      if (established_ns_ == 0) continue;
      if (known_ns_ == 0 && lane_.connection->is_path_known()) known_ns_ = now_ns;
      // One end decides, or one could begin anew while the other goes on.
      const bool awaits_client =
          setup_.side == Side::kServer && lane_.connection->peer_may_begin_anew();
      if (now_ns - established_ns_ > (awaits_client ? kAnewNs : kSearchNs)) return;
      if (awaits_client) continue;
      // Counted from what came last: the peer waits for its acknowledgement.
      if (!is_settled(now_ns) && (known_ns_ == 0 || now_ns - known_ns_ <= kSettleNs)) continue;
      if (setup_.side == Side::kServer || !lane_.connection->wants_fresh_start()) return;
      begin_anew();
    }
  }

 private:
  void begin() {
    began_ns_ = monotonic_raw_ns();
    established_ns_ = known_ns_ = 0;
    if (setup_.side == Side::kServer) return;
    lane_.connection = std::make_unique<QuicConnection>(setup_, began_ns_);
    write();
  }

  /// The next connection over a path that is known now, when the client wants it. Probes that were
  /// lost have made the congestion window small and ended its slow start, which they must not (RFC
  /// 9000 section 14.4), and the library has no means to make up for it.
  void begin_anew() {
    setup_.path_payload_bytes = lane_.connection->payload_bytes();
    setup_.round_trip_ns = std::max(lane_.connection->smoothed_rtt_ns(), kLeastRoundTripNs);
    ++setup_.number;
    lane_.connection.reset();
    begin();
  }

  /// A server's: whether the client, which knows all that it has to, has begun anew.
  bool is_anew(const std::uint8_t* packet, std::size_t length) const noexcept {
    return setup_.side == Side::kServer && lane_.connection && setup_.path_payload_bytes == 0 &&
           QuicGate::number_in(setup_, packet, length) > setup_.number;
  }

  bool is_settled(std::uint64_t now_ns) const {
    const QuicConnection& connection = *lane_.connection;
    return connection.is_confirmed() && connection.is_quiet() && connection.is_path_known() &&
           connection.expiry_ns() > now_ns + kFarNs &&
           (!setup_.wants_ticket || connection.ticket().has_value());
  }

  std::uint64_t wait_ns() const {
    if (!lane_.connection) return kLongestWaitNs;
    const std::uint64_t now_ns = monotonic_raw_ns();
    const std::uint64_t due_ns = lane_.connection->expiry_ns();
    return due_ns <= now_ns ? 0 : std::min(due_ns - now_ns, kLongestWaitNs);
  }

  bool wait() {
    try {
      return deadline_.wait_within(lane_.fd.get(), POLLIN, wait_ns(), "handshake");
    } catch (const Error& error) {
      if (is_too_narrow_ && error.fault().code == "CONNECT_TIMEOUT")
        usable_payload_bytes(lane_.fd.get(), kLeastPayloadBytes);
      throw;
    }
  }

  void read() {
    for (;;) {
      const ssize_t got =
          ::recv(lane_.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
      if (got < 0) {
        if (errno == ECONNREFUSED) throw_errno("CONNECT_REFUSED", "recv");
        if (errno == EMSGSIZE) heed_path();
        return;
      }
      if (got == 0) return;
      const auto length = static_cast<std::size_t>(got);
      ++lane_.packets_received;
      const std::uint64_t now_ns = monotonic_raw_ns();
      if (is_anew(buffer_.data(), length)) begin_anew();
      if (!lane_.connection) {
        QuicAnswer answer;
        lane_.connection = gate_->admit(setup_, buffer_.data(), length, now_ns, answer);
        if (answer.length > 0) send(answer.bytes.data(), answer.length);
        if (!lane_.connection) continue;
      }
      const int result = lane_.connection->read(buffer_.data(), length, now_ns);
      if (setup_.side == Side::kServer &&
          (result == NGTCP2_ERR_DROP_CONN || (result != 0 && !lane_.connection->is_ours()))) {
        // A first packet that was damaged or a stranger's: our client's may still come.
        lane_.connection.reset();
        continue;
      }
      if (result != 0) fail("ngtcp2_conn_read_pkt", result);
    }
  }

  void write() {
    for (;;) {
      std::size_t taken = 0;
      const ngtcp2_ssize length =
          lane_.connection->write(buffer_.data(), -1, nullptr, 0, taken, monotonic_raw_ns());
      if (length == 0) return;
      if (length < 0) fail("ngtcp2_conn_writev_stream", static_cast<int>(length));
      send(buffer_.data(), static_cast<std::size_t>(length));
    }
  }

  void send(const std::uint8_t* packet, std::size_t length) {
    ++lane_.packets_sent;
    if (::send(lane_.fd.get(), packet, length, MSG_NOSIGNAL) >= 0) return;
    if (errno == ECONNREFUSED) throw_errno("CONNECT_REFUSED", "send");
    if (errno == EMSGSIZE) heed_path();
  }

  /// A router, or this machine, has said what the path carries. Routers are not trusted further
  /// than to be tried: what is less than QUIC needs is told of when nothing else has come.
  void heed_path() {
    const auto known = known_payload_bytes(lane_.fd.get());
    if (!known) return;
    is_too_narrow_ = *known < kLeastPayloadBytes;
    if (lane_.connection) lane_.connection->limit_payload(*known);
  }

  [[noreturn]] void fail(const char* op, int error) {
    const Fault fault = lane_.connection->fault_of(op, error);
    const bool farewell = QuicConnection::is_farewell(error);
    if (!farewell) {
      const std::size_t length = lane_.connection->write_close(
          buffer_.data(), lane_.connection->payload_bytes(), monotonic_raw_ns(), error);
      if (length > 0) ::send(lane_.fd.get(), buffer_.data(), length, MSG_NOSIGNAL);
    }
    lane_.connection.reset();
    if (farewell)
      throw_fault("CONNECT_REFUSED", "handshake", "handshake: the peer closed the connection");
    throw Error(fault);
  }

  QuicLane& lane_;
  QuicSetup& setup_;
  QuicGate* gate_;
  const Deadline& deadline_;
  std::vector<std::uint8_t> buffer_;
  bool is_too_narrow_ = false;
  std::uint64_t began_ns_ = 0;
  /// Until then 0.
  std::uint64_t established_ns_ = 0;
  std::uint64_t known_ns_ = 0;
};

}  // namespace

void shake_hands(QuicLane& lane, QuicSetup& setup, QuicGate* gate, const Deadline& deadline) {
  Handshake(lane, setup, gate, deadline).run();
  // Those of a run of connects begin as if nothing were known.
  setup.round_trip_ns = 0;
}

void say_farewell(QuicLane& lane) noexcept {
  if (!lane.connection || !lane.fd) return;
  std::array<std::uint8_t, 1500> packet{};
  const std::size_t length =
      lane.connection->write_close(packet.data(), packet.size(), monotonic_raw_ns(), 0);
  if (length > 0) ::send(lane.fd.get(), packet.data(), length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace xr
