#include "transport/quic/perf/perf_client.h"

#include "base/error.h"
#include "transport/datagram/path_payload.h"
#include "transport/quic/perf/perf_requester_link.h"
#include "transport/quic/quic_handshake.h"
#include "transport/run_links.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

namespace xr {
namespace {

class Client final : public PerfClient {
 public:
  Client(const EndpointSpec& spec, const PerfRequests& requests)
      : spec_(spec), requests_(requests), origin_(read_clock_pair()) {
    check_spec(spec_);
    if (spec_.role_of(0) != Role::kInitiator)
      throw_fault("BAD_SPEC", "spec", "a perf client makes requests, as that of a ping-pong");
    spec_.workload = Workload::kRequests;
    if (requests_.request_bytes < kPerfHeadBytes)
      throw_fault("BAD_SPEC", "spec", "a request has at least the 8 bytes of its head");
    if (requests_.concurrency < 1 || requests_.concurrency > kMostSlots)
      throw_fault("BAD_SPEC", "spec", "concurrency must lie between 1 and 10,000");
  }

  ~Client() override {
    waker_.forget_all();
    say_farewell(lane_);
  }

  void connect() override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    const SocketAddress remote = parse_address(requests_.address, requests_.port);
    lane_.fd = UniqueFd(::socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!lane_.fd) throw_errno("SOCKET", "socket");
    apply_socket_options(lane_.fd.get(), remote.family(), false, spec_.of<QuicOptions>().socket);
    forbid_fragments(lane_.fd.get(), remote.family());
    if (::connect(lane_.fd.get(), remote.get(), remote.length) != 0)
      throw_errno("CONNECT_REFUSED", "connect");
    QuicSetup setup;
    setup.side = Side::kClient;
    setup.options = spec_.of<QuicOptions>();
    setup.token = random_token();
    setup.local = local_address_of(lane_.fd.get());
    setup.remote = remote;
    setup.pin = requests_.pin ? &*requests_.pin : nullptr;
    setup.trusts_anyone = !requests_.pin;
    setup.server_name = requests_.server_name;
    setup.alpn = kPerfAlpn;
    setup.stream_events = &events_;
    setup.local_payload_bytes =
        usable_payload_bytes(lane_.fd.get(), spec_.of<QuicOptions>().udp_payload_bytes);
    shake_hands(lane_, setup, nullptr, deadline);
    lane_.segmenting = spec_.of<QuicOptions>().socket.segmentation_offload;
    lane_.merging = lane_.segmenting && enable_merging(lane_.fd.get());
    set_socket_timeouts(lane_.fd.get(), kPacketNapNs, spec_.idle_timeout_ns);
    // Only the receiving half: the farewell must still go out.
    waker_.watch(lane_.fd.get(), SHUT_RD);
  }

  RunOutcome run(RunBoard& board) override {
    if (!lane_.connection) throw_fault("STATE", "run", "not connected");
    const std::uint64_t sent = lane_.packets_sent;
    const std::uint64_t received = lane_.packets_received;
    RunOutcome outcome = run_links(
        spec_, origin_, waker_.flag(), [this] { stop(); }, board, {},
        [&](auto wait, unsigned, const auto& visit) { with_link<wait()>(visit); });
    outcome.effective = effective();
    add_economy(*outcome.effective.quic, outcome, sent, received);
    return outcome;
  }

  void stop() noexcept override { waker_.stop(); }

 private:
  static constexpr unsigned kMostSlots = 10'000;

  template <WaitPolicy kWait, class Visitor>
  void with_link(const Visitor& visit) {
    PerfRequesterLink<kWait> link(lane_, events_, requests_, spec_, waker_.flag());
    visit(kForRequester, link);
    link.finish();
    events_ = quiet_;
  }

  EffectiveSettings effective() const {
    EffectiveSettings settings = read_socket_settings(lane_.fd.get(), false);
    settings.tls = lane_.connection->tls_settings();
    QuicSettings quic = lane_.connection->settings();
    settings.congestion_control = quic.congestion_control;
    settings.gso = lane_.segmenting;
    settings.gro = lane_.merging;
    quic.handshake_ns = lane_.handshake_ns;
    quic.packets_sent = lane_.packets_sent;
    quic.packets_received = lane_.packets_received;
    quic.send_calls = lane_.send_calls;
    settings.quic = std::move(quic);
    return settings;
  }

  /// How many packets a request took in this run.
  void add_economy(QuicSettings& quic, const RunOutcome& outcome, std::uint64_t sent,
                   std::uint64_t received) const {
    const LinkOutcome& link = outcome.links.front();
    if (link.total.messages == 0) return;
    const auto requests = static_cast<double>(link.total.messages);
    quic.packets_sent_per_message = static_cast<double>(lane_.packets_sent - sent) / requests;
    quic.packets_received_per_message =
        static_cast<double>(lane_.packets_received - received) / requests;
  }

  /// Before and after a link is there to be told of streams.
  static constexpr QuicStreamEvents quiet_{
      nullptr,
      [](void*, std::int64_t, void*, const std::uint8_t*, std::size_t, bool) {},
      [](void*, std::int64_t, void*, std::uint64_t) {},
      [](void*, std::int64_t, void*) {},
  };

  EndpointSpec spec_;
  PerfRequests requests_;
  ClockPair origin_;
  Waker waker_;
  QuicStreamEvents events_ = quiet_;
  QuicLane lane_;
};

}  // namespace

std::shared_ptr<PerfClient> PerfClient::make(const EndpointSpec& spec,
                                             const PerfRequests& requests) {
  return std::make_shared<Client>(spec, requests);
}

}  // namespace xr
