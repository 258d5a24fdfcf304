#include "transport/quic_openssl/openssl_endpoint.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "measure/clock.h"
#include "transport/byte_stream_buffers.h"
#include "transport/datagram/datagram_sockets.h"
#include "transport/datagram/path_payload.h"
#include "transport/quic_openssl/openssl_handshake.h"
#include "transport/quic_openssl/openssl_messages.h"
#include "transport/quic_openssl/openssl_ping_pong_link.h"
#include "transport/quic_openssl/openssl_stream_links.h"
#include "transport/run_links.h"
#include "transport/socket/options.h"
#include "transport/socket/reach.h"
#include "transport/wait/deadline.h"
#include "transport/wait/waker.h"

namespace xr {
namespace {

constexpr std::size_t kOpensslPayloadBytes = 1200;
/// Of it, what is left for a message.
constexpr std::uint64_t kOnePacketBytes = 1100;

class QuicOpensslEndpoint final : public Endpoint {
 public:
  explicit QuicOpensslEndpoint(const EndpointSpec& spec)
      : spec_(spec),
        ports_(spec, spec.of<QuicOpensslOptions>().socket, forbid_fragments),
        token_(random_token()),
        origin_(read_clock_pair()) {}
  ~QuicOpensslEndpoint() override { close(); }

  Blob open() override {
    // On the wire it is QUIC like any other, and so is its description.
    const SocketBlob blob{TransportKind::kQuic, token_, ports_.open()};
    if (spec_.side == Side::kServer) identity_.emplace();
    return encode_pinned_blob(blob, identity_ ? identity_->pin() : Pin{});
  }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    PinnedBlob remote = decode_pinned_blob(peer, TransportKind::kQuic, spec_.link_count());
    remote.sockets = reached(std::move(remote.sockets), spec_);
    const Token& token = spec_.side == Side::kServer ? token_ : remote.sockets.token;
    for (UniqueFd& fd : ports_.connect(remote.sockets, token, deadline)) {
      lanes_.push_back(std::make_unique<ossl::Lane>());
      lanes_.back()->fd = std::move(fd);
      // OpenSSL's packets are of the least size, and no path with less has QUIC.
      usable_payload_bytes(lanes_.back()->fd.get(), kOpensslPayloadBytes);
    }
    if (identity_) {
      context_.emplace(spec_.of<QuicOpensslOptions>().cipher, token_, *identity_);
    } else {
      context_.emplace(spec_.of<QuicOpensslOptions>().cipher, remote.sockets.token, remote.pin);
    }
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      ossl::Lane& lane = *lanes_[i];
      ossl::shake_hands(lane, spec_.side, *context_, deadline);
      prepare(lane);
      open_streams(lane, spec_.role_of(i));
    }
    publish(read_settings());
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    const Packets before = packets();
    EffectiveSettings settings = effective();
    RunOutcome outcome = run_links(
        spec_, origin_, waker_.flag(), [this] { stop(); }, board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    const std::optional<bool> segmented = lanes_.front()->segmenting;
    settings.quic = quic_settings();
    settings.gso = segmented;
    const Packets now = packets();
    add_economy(*settings.quic, {now.sent - before.sent, now.received - before.received}, outcome);
    publish(settings);
    outcome.effective = std::move(settings);
    outcome.add_strangers(ports_.strangers());
    for (const auto& lane : lanes_) outcome.add_strangers(lane->strangers);
    return outcome;
  }

  void stop() noexcept override { waker_.stop(); }

  /// As of the connect, then of the end of a run: meanwhile the connections are their threads'.
  EffectiveSettings effective() const override {
    const std::lock_guard lock(settings_mutex_);
    if (!settings_) throw_fault("STATE", "effective", "not connected");
    return *settings_;
  }

  void close() noexcept override {
    publish(std::nullopt);
    waker_.forget_all();
    for (const auto& lane : lanes_) {
      if (lane->connection) lane->connection->leave();
    }
    lanes_.clear();
    ports_.close();
    context_.reset();
  }

 private:
  /// Whether many packets come and go at a time.
  bool is_bulk() const noexcept {
    return spec_.workload == Workload::kStream || spec_.longest_message_bytes() > kOnePacketBytes ||
           spec_.inflight > 1;
  }

  void prepare(ossl::Lane& lane) {
    lane.segmenting = is_bulk() && spec_.of<QuicOpensslOptions>().socket.segmentation_offload;
    lane.merging = lane.segmenting && enable_merging(lane.fd.get());
    set_socket_timeouts(lane.fd.get(), kPacketNapNs, spec_.idle_timeout_ns);
    // Only the receiving half: the farewell must still go out.
    waker_.watch(lane.fd.get(), SHUT_RD);
  }

  void open_streams(ossl::Lane& lane, Role role) const {
    if (role == Role::kInitiator) lane.streams.push_back(lane.connection->open_stream(true));
    if (role != Role::kSender) return;
    for (unsigned i = 0; i < spec_.of<QuicOpensslOptions>().streams; ++i)
      lane.streams.push_back(lane.connection->open_stream(false));
  }

  void publish(std::optional<EffectiveSettings> settings) noexcept {
    const std::lock_guard lock(settings_mutex_);
    settings_.swap(settings);
  }

  EffectiveSettings read_settings() const {
    EffectiveSettings settings = read_socket_settings(lanes_.front()->fd.get(), false);
    settings.tls = lanes_.front()->connection->tls_settings();
    settings.quic = quic_settings();
    settings.congestion_control = settings.quic->congestion_control;
    settings.gso = lanes_.front()->segmenting;
    settings.gro = lanes_.front()->merging;
    if (spec_.workload == Workload::kRr) settings.header_bytes = kMessageHeadBytes;
    return settings;
  }

  QuicSettings quic_settings() const {
    QuicSettings settings;
    settings.library = "OpenSSL";
    settings.version = ossl::find_openssl().version;
    settings.protocol_version = 1;
    settings.messages = "stream";
    settings.shares_packets = true;
    settings.streams = spec_.of<QuicOpensslOptions>().streams;
    for (const auto& lane : lanes_) {
      if (!lane->connection) continue;
      const auto largest = static_cast<unsigned>(lane->connection->network().largest_sent_bytes());
      settings.udp_payload_bytes = std::max(settings.udp_payload_bytes, largest);
    }
    settings.handshake_ns = lanes_.front()->handshake_ns;
    const Packets all = packets();
    settings.packets_sent = all.sent;
    settings.packets_received = all.received;
    for (const auto& lane : lanes_) settings.send_calls += lane->send_calls;
    return settings;
  }

  struct Packets {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
  };

  Packets packets() const noexcept {
    Packets all;
    for (const auto& lane : lanes_) {
      all.sent += lane->packets_sent;
      all.received += lane->packets_received;
    }
    return all;
  }

  /// How many packets a message took in this run.
  static void add_economy(QuicSettings& quic, const Packets& of_run, const RunOutcome& outcome) {
    std::uint64_t messages = 0;
    for (const LinkOutcome& link : outcome.links) {
      messages += link.total.messages;
    }
    if (messages == 0) return;
    const auto each = static_cast<double>(messages);
    quic.packets_sent_per_message = static_cast<double>(of_run.sent) / each;
    quic.packets_received_per_message = static_cast<double>(of_run.received) / each;
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.workload == Workload::kRr) {
      ossl::Messages<kWait> link({*lanes_[i], is_bulk(), spec_.idle_timeout_ns, waker_.flag()},
                                 message_shape_of(spec_), waker_.flag());
      return visit(kForRr, link);
    }
    switch (spec_.role_of(i)) {
      case Role::kInitiator:
      case Role::kResponder: return with<ossl::PingPongLink<kWait>>(kForPingPong, i, visit);
      case Role::kSender: return with<ossl::SenderLink<kWait>>(kForStreamSender, i, visit);
      case Role::kReceiver: return with<ossl::ReceiverLink<kWait>>(kForStreamReceiver, i, visit);
    }
  }

  template <class Link, class Ends, class Visitor>
  void with(Ends serves, unsigned i, const Visitor& visit) {
    Link link(*lanes_[i], spec_, waker_.flag());
    visit(serves, link);
  }

  EndpointSpec spec_;
  DatagramSockets ports_;
  Token token_;
  ClockPair origin_;
  Waker waker_;
  std::optional<ossl::Identity> identity_;
  std::optional<ossl::Context> context_;
  std::vector<std::unique_ptr<ossl::Lane>> lanes_;
  mutable std::mutex settings_mutex_;
  std::optional<EffectiveSettings> settings_;
};

}  // namespace

std::unique_ptr<Endpoint> make_quic_openssl_endpoint(const EndpointSpec& spec) {
  if (ossl::find_openssl().api == nullptr) {
    throw_fault("UNSUPPORTED", "transport",
                "this Node.js has no QUIC in its OpenSSL; Node.js 22 or newer has");
  }
  return std::make_unique<QuicOpensslEndpoint>(spec);
}

std::uint64_t quic_openssl_buffer_bytes(const EndpointSpec& spec) {
  // How a link waits makes no difference.
  constexpr WaitPolicy kWait = WaitPolicy::kBlock;
  const QuicOpensslOptions& quic = spec.of<QuicOpensslOptions>();
  std::uint64_t all = spec.link_count() *
                      ossl::Pump<kWait>::most_buffer_bytes(quic.socket.segmentation_offload);
  if (spec.workload == Workload::kRr) return all + byte_stream_buffers_bytes(spec);
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    switch (spec.role_of(i)) {
      case Role::kInitiator:
      case Role::kResponder: all += 2 * spec.message_bytes; break;
      case Role::kSender:
        all += ossl::SenderLink<kWait>::buffer_bytes(spec.message_bytes, quic.verify);
        break;
      case Role::kReceiver: all += ossl::ReceiverLink<kWait>::buffer_bytes(quic.verify); break;
    }
  }
  return all;
}

}  // namespace xr
