#include "transport/quic/quic_endpoint.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "measure/clock.h"
#include "transport/datagram/datagram_sockets.h"
#include "transport/message/datagram_base.h"
#include "transport/quic/quic_connect_links.h"
#include "transport/quic/quic_datagram_links.h"
#include "transport/quic/quic_datagram_messages.h"
#include "transport/quic/quic_handshake.h"
#include "transport/quic/quic_ping_pong_link.h"
#include "transport/quic/quic_stream_each_messages.h"
#include "transport/quic/quic_stream_links.h"
#include "transport/quic/quic_stream_messages.h"
#include "transport/run_links.h"
#include "transport/socket/options.h"
#include "transport/socket/pinned_blob.h"
#include "transport/socket/reach.h"
#include "transport/wait/deadline.h"
#include "transport/wait/waker.h"

namespace xr {
namespace {

class QuicEndpoint final : public Endpoint {
 public:
  explicit QuicEndpoint(const EndpointSpec& spec)
      : spec_(spec),
        ports_(spec, spec.of<QuicOptions>().socket, forbid_fragments),
        token_(random_token()),
        origin_(read_clock_pair()) {}
  ~QuicEndpoint() override { close(); }

  Blob open() override {
    if (spec_.of<QuicOptions>().pacing && !can_pace(ngtcp2_version(0)->version_num)) {
      throw_fault("UNSUPPORTED", "pacing",
                  std::string("pacing: ngtcp2 ") + ngtcp2_version(0)->version_str +
                      " counts whole nanoseconds for a byte, which is no rate; versions up to 1.1 "
                      "and from 1.13 keep to one");
    }
    const SocketBlob blob{TransportKind::kQuic, token_, ports_.open()};
    if (spec_.side == Side::kServer) {
      identity_.emplace();
      gate_.emplace(spec_.of<QuicOptions>().retry);
      if (resumes()) office_.emplace();
    }
    return encode_pinned_blob(blob, identity_ ? identity_->pin() : Pin{});
  }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    remote_ = decode_pinned_blob(peer, TransportKind::kQuic, spec_.link_count());
    remote_.sockets = reached(std::move(remote_.sockets), spec_);
    const Token& token = spec_.side == Side::kServer ? token_ : remote_.sockets.token;
    lanes_.resize(spec_.link_count());
    std::vector<UniqueFd> sockets = ports_.connect(remote_.sockets, token, deadline);
    for (unsigned i = 0; i < spec_.link_count(); ++i) lanes_[i].fd = std::move(sockets[i]);
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      setup_ = setup_of(lanes_[i], token);
      shake_hands(lanes_[i], setup_, gate_ ? &*gate_ : nullptr, deadline);
      require_room(*lanes_[i].connection);
      prepare(lanes_[i]);
      if (setup_.wants_ticket && !lanes_[i].connection->ticket())
        throw_fault("TLS", "handshake", "handshake: the server gave no ticket");
      if (spec_.workload == Workload::kConnect) continue;
      open_streams(lanes_[i], spec_.role_of(i));
    }
    publish(read_settings());
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    const Packets before = packets();
    EffectiveSettings settings = effective();
    RunOutcome outcome = run_links(
        spec_, origin_, waker_.flag(), [this] { stop(); }, board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    add_connection(settings);
    add_economy(*settings.quic, before, outcome);
    publish(settings);
    outcome.effective = std::move(settings);
    outcome.add_strangers(ports_.strangers());
    for (const QuicLane& lane : lanes_) outcome.add_strangers(lane.strangers);
    return outcome;
  }

  void stop() noexcept override { waker_.stop(); }

  /// As of the connect, then of the end of a run: meanwhile the connections are their threads'.
  EffectiveSettings effective() const override {
    const std::lock_guard lock(settings_mutex_);
    if (!settings_) throw_fault("STATE", "effective", "not connected");
    return *settings_;
  }

  std::uint64_t waiting_bytes() const noexcept override {
    if (spec_.workload != Workload::kStream || spec_.of<QuicOptions>().in_datagrams()) return 0;
    std::uint64_t all = 0;
    for (unsigned i = 0; i < spec_.link_count(); ++i)
      if (spec_.role_of(i) == Role::kSender) all += lanes_[i].connection->waiting_bytes();
    return all;
  }

  void close() noexcept override {
    publish(std::nullopt);
    waker_.forget_all();
    for (QuicLane& lane : lanes_) say_farewell(lane);
    lanes_.clear();
    ports_.close();
  }

 private:
  QuicSetup setup_of(const QuicLane& lane, const Token& token) {
    const bool server = spec_.side == Side::kServer;
    QuicSetup setup;
    setup.side = spec_.side;
    setup.options = spec_.of<QuicOptions>();
    setup.token = token;
    setup.server_name = token_name(setup.token);
    setup.local = local_address_of(lane.fd.get());
    setup.remote = remote_address_of(lane.fd.get());
    setup.identity = server ? &*identity_ : nullptr;
    setup.pin = server ? nullptr : &remote_.pin;
    // The connection that a run of connects begins with brings the ticket for the others.
    setup.tickets = office_ ? &*office_ : nullptr;
    setup.gives_ticket = office_.has_value();
    setup.early_data = office_ && takes_early_data();
    setup.wants_ticket = !server && resumes();
    setup.local_payload_bytes =
        usable_payload_bytes(lane.fd.get(), spec_.of<QuicOptions>().udp_payload_bytes);
    setup.tells_path = true;
    if (spec_.workload == Workload::kRr) setup.stream_events = &events_;
    if (setup.options.messages == QuicMessages::kStreamEach) setup.peer_streams = kMostInflight;
    // The first has looked; the others go the same way.
    if (const QuicLane& first = lanes_.front(); &lane != &first)
      setup.path_payload_bytes =
          std::min(first.connection->payload_bytes(), setup.local_payload_bytes);
    return setup;
  }

  bool resumes() const noexcept { return spec_.of<QuicOptions>().handshake != TlsHandshake::kFull; }
  bool takes_early_data() const noexcept { return spec_.of<QuicOptions>().handshake == TlsHandshake::kEarlyData; }

  template <WaitPolicy kWait, class Visitor>
  void with_connects(const Visitor& visit) {
    QuicLane& lane = lanes_.front();
    setup_.gives_ticket = setup_.wants_ticket = false;
    setup_.path_payload_bytes = lane.connection->payload_bytes();
    if (spec_.side == Side::kServer) {
      QuicAcceptorLink<kWait> link(lane, setup_, *gate_, spec_, waker_.flag());
      return visit(kForConnectAcceptor, link);
    }
    if (resumes()) setup_.ticket = &*lane.connection->ticket();
    setup_.early_data = takes_early_data();
    QuicConnectorLink<kWait> link(lane, setup_, spec_, waker_.flag());
    visit(kForConnector, link);
  }

  /// Of a message that has to fit one packet; where the search goes on in the run it waits for it.
  void require_room(const QuicConnection& connection) const {
    if (spec_.of<QuicOptions>().in_datagrams() && spec_.workload != Workload::kConnect &&
        spec_.workload != Workload::kRr &&
        !connection.may_fit_datagram(spec_.message_bytes)) {
      throw Error(connection.no_room_fault("connect", spec_.message_bytes));
    }
  }

  /// Whether packets are worth being moved many at a time.
  bool is_bulk(const QuicLane& lane) const noexcept {
    return spec_.workload == Workload::kStream ||
           (spec_.workload == Workload::kRr && spec_.inflight > 1) ||
           spec_.longest_message_bytes() + 100 > lane.connection->payload_bytes();
  }

  void prepare(QuicLane& lane) {
    lane.segmenting = is_bulk(lane) && spec_.of<QuicOptions>().socket.segmentation_offload;
    lane.merging = lane.segmenting && enable_merging(lane.fd.get());
    set_socket_timeouts(lane.fd.get(), kPacketNapNs, spec_.idle_timeout_ns);
    // Only the receiving half: the farewell must still go out.
    waker_.watch(lane.fd.get(), SHUT_RD);
  }

  void open_streams(QuicLane& lane, Role role) const {
    if (spec_.of<QuicOptions>().messages != QuicMessages::kStream) return;
    if (role == Role::kInitiator) lane.streams = {lane.connection->open_bidi_stream()};
    // The first stream that a client opens (RFC 9000 section 2.1).
    if (role == Role::kResponder) lane.streams = {0};
    if (role != Role::kSender) return;
    for (unsigned i = 0; i < spec_.of<QuicOptions>().streams; ++i)
      lane.streams.push_back(lane.connection->open_uni_stream());
  }

  void publish(std::optional<EffectiveSettings> settings) noexcept {
    const std::lock_guard lock(settings_mutex_);
    settings_.swap(settings);
  }

  EffectiveSettings read_settings() const {
    EffectiveSettings settings = read_socket_settings(lanes_.front().fd.get(), false);
    add_connection(settings);
    settings.header_bytes = header_bytes();
    return settings;
  }

  /// What is the connections' own, as it is now.
  void add_connection(EffectiveSettings& settings) const {
    const QuicLane& first = lanes_.front();
    settings.tls = first.connection->tls_settings();
    QuicSettings quic = first.connection->settings();
    settings.congestion_control = quic.congestion_control;
    settings.gso = first.segmenting;
    settings.gro = first.merging;
    quic.handshake_ns = first.handshake_ns;
    const Packets all = packets();
    quic.packets_sent = all.sent;
    quic.packets_received = all.received;
    for (const QuicLane& lane : lanes_) quic.send_calls += lane.send_calls;
    settings.quic = std::move(quic);
  }

  struct Packets {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
  };

  Packets packets() const noexcept {
    Packets all;
    for (const QuicLane& lane : lanes_) {
      all.sent += lane.packets_sent;
      all.received += lane.packets_received;
    }
    return all;
  }

  /// How many packets a message took in this run.
  void add_economy(QuicSettings& quic, const Packets& before, const RunOutcome& outcome) const {
    std::uint64_t messages = 0;
    for (const LinkOutcome& link : outcome.links)
      messages += link.total.messages + link.total.lost;
    if (messages == 0) return;
    const Packets now = packets();
    const auto each = static_cast<double>(messages);
    quic.packets_sent_per_message = static_cast<double>(now.sent - before.sent) / each;
    quic.packets_received_per_message = static_cast<double>(now.received - before.received) / each;
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.workload == Workload::kConnect) return with_connects<kWait>(visit);
    const bool datagrams = spec_.of<QuicOptions>().in_datagrams();
    if (spec_.workload == Workload::kRr) return with_messages<kWait>(visit);
    switch (spec_.role_of(i)) {
      case Role::kInitiator:
      case Role::kResponder:
        return datagrams ? with<QuicDatagramPingPongLink<kWait>>(kForPingPong, i, visit)
                         : with<QuicPingPongLink<kWait>>(kForPingPong, i, visit);
      case Role::kSender:
        return datagrams ? with<QuicDatagramSenderLink<kWait>>(kForStreamSender, i, visit)
                         : with<QuicSenderLink<kWait>>(kForStreamSender, i, visit);
      case Role::kReceiver:
        return datagrams ? with<QuicDatagramReceiverLink<kWait>>(kForStreamReceiver, i, visit)
                         : with<QuicReceiverLink<kWait>>(kForStreamReceiver, i, visit);
    }
  }

  /// Over one connection.
  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    QuicLane& lane = lanes_.front();
    const bool bulk = is_bulk(lane);
    const QuicOptions& options = spec_.of<QuicOptions>();
    if (options.messages == QuicMessages::kStream) {
      QuicStreamMessages<kWait> link(lane, events_, message_shape_of(spec_), bulk,
                                     options.window_bytes, waker_.flag());
      return visit(kForRr, link);
    }
    if (options.messages == QuicMessages::kStreamEach) {
      QuicStreamEachMessages<kWait> link(lane, events_, message_shape_of(spec_), bulk,
                                         kMostInflight, waker_.flag());
      return visit(kForRr, link);
    }
    const bool is_client = spec_.side == Side::kClient;
    const Token& token = is_client ? remote_.sockets.token : token_;
    const std::uint64_t up = datagram_base(token, 0);
    const std::uint64_t down = datagram_base(token, 1);
    QuicDatagramMessages<kWait> link(lane, message_shape_of(spec_), is_client ? up : down,
                                     is_client ? down : up, bulk, waker_.flag());
    visit(kForRr, link);
  }

  /// In front of what this end sends.
  std::optional<unsigned> header_bytes() const noexcept {
    if (spec_.workload != Workload::kRr) return std::nullopt;
    if (!spec_.of<QuicOptions>().in_datagrams()) return static_cast<unsigned>(kMessageHeadBytes);
    const std::uint64_t payload =
        spec_.side == Side::kClient ? spec_.message_bytes : spec_.response_bytes;
    const std::size_t frame =
        lanes_.front().connection->payload_bytes() - kQuicDatagramOverheadBytes;
    return static_cast<unsigned>(kMessageHeadBytes +
                                 kFragmentHeadBytes * FragmentWriter::fragments_of(payload, frame));
  }

  template <class Link, class Ends, class Visitor>
  void with(Ends serves, unsigned i, const Visitor& visit) {
    Link link(lanes_[i], spec_, waker_.flag());
    visit(serves, link);
  }

  EndpointSpec spec_;
  DatagramSockets ports_;
  Token token_;
  ClockPair origin_;
  Waker waker_;
  std::optional<Identity> identity_;
  std::optional<QuicGate> gate_;
  std::optional<TicketOffice> office_;
  PinnedBlob remote_;
  /// Of the last connection that was made.
  QuicSetup setup_;
  /// Until a link fills them in: nothing is to be told.
  QuicStreamEvents events_{
      nullptr,
      [](void*, std::int64_t, void*, const std::uint8_t*, std::size_t, bool) {},
      [](void*, std::int64_t, void*, std::uint64_t) {},
      [](void*, std::int64_t, void*) {},
  };
  std::vector<QuicLane> lanes_;
  mutable std::mutex settings_mutex_;
  std::optional<EffectiveSettings> settings_;
};

}  // namespace

std::unique_ptr<Endpoint> make_quic_endpoint(const EndpointSpec& spec) {
  return std::make_unique<QuicEndpoint>(spec);
}

std::uint64_t quic_buffer_bytes(const EndpointSpec& spec) {
  // How a link waits makes no difference.
  constexpr WaitPolicy kWait = WaitPolicy::kBlock;
  const QuicOptions& quic = spec.of<QuicOptions>();
  // A run of connects begins with one that stays.
  const std::uint64_t connections = spec.workload == Workload::kConnect ? 2 : spec.link_count();
  // What has come behind a hole waits in the library.
  std::uint64_t all = connections * quic.window_bytes;
  if (spec.workload == Workload::kConnect) {
    const bool checks_reply = spec.side == Side::kClient && quic.verify;
    return all + QuicPort<kWait>::buffer_bytes() + (checks_reply ? 2 : 1) * spec.message_bytes;
  }
  // A path may carry smaller packets than were asked for, and many more of them.
  all += spec.link_count() *
         QuicPump<kWait>::most_buffer_bytes(quic.udp_payload_bytes, quic.socket.segmentation_offload);
  if (spec.workload == Workload::kRr) {
    const std::size_t longest = spec.longest_message_bytes();
    switch (quic.messages) {
      case QuicMessages::kStream: return all + QuicStreamMessages<kWait>::buffer_bytes(longest);
      case QuicMessages::kStreamEach:
        return all + QuicOutgoingMessages::buffer_bytes(longest, spec.verify, kMostInflight);
      case QuicMessages::kDatagram: return all + quic.udp_payload_bytes;
    }
  }
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    const Role role = spec.role_of(i);
    if (role == Role::kInitiator || role == Role::kResponder) {
      all += 2 * spec.message_bytes;
    } else if (quic.in_datagrams()) {
      all += role == Role::kSender ? spec.message_bytes : 0;
    } else {
      all += role == Role::kSender ? QuicSenderLink<kWait>::buffer_bytes(quic.verify)
                                   : QuicReceiverLink<kWait>::buffer_bytes(quic.verify);
    }
  }
  return all;
}

}  // namespace xr
