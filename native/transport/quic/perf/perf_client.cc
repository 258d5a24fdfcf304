#include "transport/quic/perf/perf_client.h"

#include "base/error.h"
#include "transport/datagram/path_payload.h"
#include "transport/quic/perf/perf_requester_link.h"
#include "transport/quic/quic_handshake.h"
#include "transport/running.h"
#include "transport/socket/options.h"

namespace xr {
namespace {

class Client final : public Running<PerfClient> {
 public:
  Client(const EndpointSpec& spec, const PerfRequests& requests)
      : Running<PerfClient>(spec), requests_(requests) {
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
    prepare(lane_, true, spec_.of<QuicOptions>().socket, spec_.idle_timeout_ns, waker_);
  }

  RunOutcome run(RunBoard& board) override {
    if (!lane_.connection) throw_fault("STATE", "run", "not connected");
    const PacketCount before = packets();
    RunOutcome outcome = run_all(
        board, {}, [&](auto wait, unsigned, const auto& visit) { with_link<wait()>(visit); });
    outcome.effective = effective();
    tell_economy(*outcome.effective.quic, before, packets(), outcome);
    return outcome;
  }

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
    tell_packets(quic, packets());
    settings.quic = std::move(quic);
    return settings;
  }

  PacketCount packets() const noexcept {
    PacketCount all;
    all.include(lane_);
    return all;
  }

  /// Before and after a link is there to be told of streams.
  static constexpr QuicStreamEvents quiet_{
      nullptr,
      [](void*, std::int64_t, void*, const std::uint8_t*, std::size_t, bool) {},
      [](void*, std::int64_t, void*, std::uint64_t) {},
      [](void*, std::int64_t, void*) {},
  };

  PerfRequests requests_;
  QuicStreamEvents events_ = quiet_;
  QuicLane lane_;
};

}  // namespace

std::shared_ptr<PerfClient> PerfClient::make(const EndpointSpec& spec,
                                             const PerfRequests& requests) {
  return std::make_shared<Client>(spec, requests);
}

}  // namespace xr
