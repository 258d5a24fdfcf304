#include "transport/quic/perf/perf_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "base/unique_fd.h"
#include "base/units.h"
#include "measure/clock.h"
#include "measure/thread_setup.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/datagram/segmented_sender.h"
#include "transport/quic/perf/perf_peer.h"
#include "transport/quic/perf/perf_strangers.h"
#include "transport/quic/quic_retry.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

namespace xr {
namespace {

constexpr std::size_t kLargestDatagramBytes = 65'536;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
/// A client's turn ends after so many packets, so that others come to theirs: five runs of 45 that
/// are one send each.
constexpr unsigned kPacketsPerTurn = 225;
/// A full socket buffer is waited for so long; then packets count as lost on the way.
constexpr std::uint64_t kSendPatienceNs = 100 * kNsPerMs;

UniqueFd bound_socket(const PerfServerSpec& spec) {
  const SocketAddress local = parse_address(spec.address, spec.port);
  UniqueFd fd(::socket(local.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  apply_socket_options(fd.get(), local.family(), false, spec.quic.socket);
  forbid_fragments(fd.get(), local.family());
  if (::bind(fd.get(), local.get(), local.length) != 0)
    throw_errno(errno == EADDRINUSE ? "ADDRESS_IN_USE" : "ADDRESS", "bind");
  return fd;
}

bool is_same(const SocketAddress& a, const SocketAddress& b) noexcept {
  return a.length == b.length && std::memcmp(&a.storage, &b.storage, a.length) == 0;
}

bool is_long_header(const std::uint8_t* packet) noexcept { return (packet[0] & 0x80) != 0; }

class Server final : public PerfServer {
 public:
  explicit Server(const PerfServerSpec& spec)
      : spec_(spec),
        fd_(bound_socket(spec)),
        merging_(spec.quic.socket.segmentation_offload && enable_merging(fd_.get())),
        receiver_(kLargestDatagramBytes, merging_, true),
        sender_(fd_.get(), spec.quic.udp_payload_bytes, spec.quic.socket.segmentation_offload,
                kSendPatienceNs, waker_.flag()) {
    if (spec.certificate_file.empty()) {
      identity_.emplace();
    } else {
      identity_.emplace(spec.certificate_file, spec.key_file);
    }
    setup_.side = Side::kServer;
    setup_.options = spec.quic;
    setup_.local = local_address_of(fd_.get());
    setup_.identity = &*identity_;
    // The socket has no one path: what each carries, its connection finds out.
    setup_.local_payload_bytes = spec.quic.udp_payload_bytes;
    setup_.alpn = kPerfAlpn;
    setup_.peer_streams = spec.limits.streams;
    setup_.idle_timeout_ns = spec.idle_timeout_ns;
    setup_.reset_key = &resets_.key();
    if (spec.quic.retry) retry_.emplace();
    peers_.reserve(spec.connections);
    touched_.reserve(spec.connections);
    turn_.reserve(spec.connections);
  }

  std::uint16_t port() const override { return setup_.local.port(); }
  const Pin& pin() const override { return identity_->pin(); }
  void stop() noexcept override { waker_.stop(); }

  PerfServerTotals run() override {
    if (const int refused = set_up_thread("xr-perf", spec_.cpu); refused != 0)
      throw_errno("THREAD", "pthread_setaffinity_np", refused);
    while (!waker_.flag().is_set()) {
      if (!receive()) wait();
      expire();
      write();
    }
    say_farewell();
    totals_.packets_sent += sender_.packets();
    return totals_;
  }

 private:
  /// Sleeps until a packet comes, a timer is due, or the stop.
  void wait() {
    if (spec_.wait == WaitPolicy::kSpin || !touched_.empty()) return;
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (due_ns_ <= now_ns) return;
    std::array<pollfd, 2> watched{{{fd_.get(), POLLIN, 0}, {waker_.event_fd(), POLLIN, 0}}};
    const std::uint64_t ns = due_ns_ - now_ns;
    const timespec limit{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
    ::ppoll(watched.data(), watched.size(), due_ns_ == kNever ? nullptr : &limit, nullptr);
    receive();
  }

  /// False when nothing was there.
  bool receive() {
    const int got = receiver_.receive(fd_.get(), MSG_DONTWAIT);
    if (got <= 0) return false;
    const std::uint64_t now_ns = monotonic_raw_ns();
    receiver_.for_each_from(
        got, [&](const SocketAddress& source, const std::uint8_t* packet, std::size_t length) {
          ++totals_.packets_received;
          take(source, packet, length, now_ns);
        });
    return true;
  }

  void take(const SocketAddress& source, const std::uint8_t* packet, std::size_t length,
            std::uint64_t now_ns) {
    ngtcp2_version_cid header{};
    const int decoded = ngtcp2_pkt_decode_version_cid(&header, packet, length, kQuicCidBytes);
    if (decoded == NGTCP2_ERR_VERSION_NEGOTIATION) {
      reply(source, write_version_negotiation(answer_.data(), answer_.size(), header, length),
            totals_.version_negotiations);
      return;
    }
    if (decoded != 0) return drop();
    PerfPeer* peer = cids_.find(header.dcid, header.dcidlen);
    if (peer == nullptr && !is_long_header(packet)) {
      reply(source, resets_.write(answer_.data(), header, length, now_ns),
            totals_.stateless_resets);
      return;
    }
    if (peer == nullptr) return begin(source, packet, length, now_ns);
    // Clients were told not to move (disable_active_migration).
    if (peer->has_ended || !is_same(source, peer->remote())) return drop();
    give(*peer, packet, length, now_ns);
  }

  void give(PerfPeer& peer, const std::uint8_t* packet, std::size_t length, std::uint64_t now_ns) {
    touch(peer);
    if (const int error = peer.connection().read(packet, length, now_ns); error != 0)
      end(peer, error, now_ns);
  }

  /// What may be a client's first packet.
  void begin(const SocketAddress& source, const std::uint8_t* packet, std::size_t length,
             std::uint64_t now_ns) {
    ngtcp2_pkt_hd header{};
    if (ngtcp2_accept(&header, packet, length) != 0) return drop();
    QuicFirstPacket first{&header, header.dcid, {}};
    if (retry_ && !has_come_back(source, first, now_ns)) return;
    PerfPeer* peer = accept(source, first, now_ns);
    if (peer != nullptr) return give(*peer, packet, length, now_ns);
    refuse(source, header, Refusal::kConnectionRefused);
  }

  /// False when the client is asked back, or refused for what it came back with.
  bool has_come_back(const SocketAddress& source, QuicFirstPacket& first, std::uint64_t now_ns) {
    const ngtcp2_pkt_hd& header = *first.header;
    if (!QuicRetry::is_asked_back(header)) {
      reply(source, retry_->write(answer_.data(), answer_.size(), header, source, now_ns),
            totals_.retries);
      return false;
    }
    if (!retry_->verify(header, source, now_ns, first.original)) {
      // It would take no second Retry (RFC 9000 section 8.1.3).
      refuse(source, header, Refusal::kInvalidToken);
      return false;
    }
    first.retry_token = token_of(header);
    return true;
  }

  /// Null where there are as many as there may be, or too little memory.
  PerfPeer* accept(const SocketAddress& source, const QuicFirstPacket& first,
                   std::uint64_t now_ns) {
    if (peers_.size() >= spec_.connections) return nullptr;
    try {
      peers_.push_back(std::make_unique<PerfPeer>(setup_, spec_.limits, totals_.streams, cids_,
                                                  source, first, now_ns));
      ++totals_.connections;
      return peers_.back().get();
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  void refuse(const SocketAddress& source, const ngtcp2_pkt_hd& first, Refusal why) {
    reply(source, write_refusal(answer_.data(), answer_.size(), first, why),
          totals_.refused_connections);
  }

  void touch(PerfPeer& peer) {
    if (peer.is_touched) return;
    peer.is_touched = true;
    touched_.push_back(&peer);
  }

  /// Has the timers looked at that may be due.
  void expire() {
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (now_ns < due_ns_) return;
    due_ns_ = kNever;
    for (const auto& peer : peers_) {
      const std::uint64_t due_ns = peer->connection().expiry_ns();
      if (due_ns > now_ns || peer->has_ended) {
        due_ns_ = std::min(due_ns_, due_ns);
        continue;
      }
      touch(*peer);
      if (const int error = peer->connection().expire(now_ns); error != 0)
        end(*peer, error, now_ns);
    }
  }

  void write() {
    turn_.swap(touched_);
    bool has_ended = false;
    for (PerfPeer* peer : turn_) {
      peer->is_touched = false;
      if (!peer->has_ended) write(*peer);
      has_ended |= peer->has_ended;
    }
    turn_.clear();
    if (has_ended) bury();
  }

  void write(PerfPeer& peer) {
    const std::uint64_t now_ns = monotonic_raw_ns();
    sender_.set_destination(peer.remote());
    peer.responder().begin_turn();
    for (unsigned packets = 0;; ++packets) {
      if (packets == kPacketsPerTurn) {
        touch(peer);
        break;
      }
      const ngtcp2_ssize length = peer.responder().write(peer.connection(), sender_.room(), now_ns);
      if (length < 0) end(peer, static_cast<int>(length), now_ns);
      if (length <= 0) break;
      // What cannot be sent to this client is lost on its way: its timers and ours see to that.
      sender_.add(static_cast<std::size_t>(length));
    }
    sender_.flush();
    if (!peer.has_ended) due_ns_ = std::min(due_ns_, peer.connection().expiry_ns());
  }

  void end(PerfPeer& peer, int error, std::uint64_t now_ns) {
    peer.has_ended = true;
    touch(peer);
    if (QuicConnection::is_farewell(error) || error == NGTCP2_ERR_IDLE_CLOSE) return;
    const std::size_t length =
        peer.connection().write_close(answer_.data(), answer_.size(), now_ns, error);
    send(peer.remote(), length);
  }

  /// The ended ones. One whose end was not written about yet is among the touched.
  void bury() {
    std::erase_if(touched_, [](const PerfPeer* peer) { return peer->has_ended; });
    std::erase_if(peers_, [](const auto& peer) { return peer->has_ended; });
  }

  void say_farewell() {
    const std::uint64_t now_ns = monotonic_raw_ns();
    for (const auto& peer : peers_)
      send(peer->remote(),
           peer->connection().write_close(answer_.data(), answer_.size(), now_ns, 0));
    touched_.clear();
    peers_.clear();
  }

  void drop() noexcept { ++totals_.dropped_packets; }

  void reply(const SocketAddress& to, std::size_t length, std::uint64_t& count) noexcept {
    if (length == 0) return drop();
    ++count;
    send(to, length);
  }

  void send(const SocketAddress& to, std::size_t length) noexcept {
    if (length == 0) return;
    ++totals_.packets_sent;
    ::sendto(fd_.get(), answer_.data(), length, MSG_DONTWAIT | MSG_NOSIGNAL, to.get(), to.length);
  }

  PerfServerSpec spec_;
  Waker waker_;
  UniqueFd fd_;
  bool merging_;
  std::optional<Identity> identity_;
  StatelessResets resets_;
  std::optional<QuicRetry> retry_;
  QuicSetup setup_;
  DatagramReceiver receiver_;
  SegmentedSender<WaitPolicy::kSpin> sender_;
  std::array<std::uint8_t, 1500> answer_{};
  PerfServerTotals totals_;
  PerfCidMap cids_;
  std::vector<std::unique_ptr<PerfPeer>> peers_;
  std::vector<PerfPeer*> touched_;
  std::vector<PerfPeer*> turn_;
  std::uint64_t due_ns_ = kNever;
};

}  // namespace

std::shared_ptr<PerfServer> PerfServer::listen(const PerfServerSpec& spec) {
  return std::make_shared<Server>(spec);
}

}  // namespace xr
