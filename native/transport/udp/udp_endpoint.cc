#include "transport/udp/udp_endpoint.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/unique_fd.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/datagram/datagram_sockets.h"
#include "transport/datagram/path_payload.h"
#include "transport/message/datagram_base.h"
#include "transport/message/header_bytes.h"
#include "transport/running.h"
#include "transport/socket/blob.h"
#include "transport/socket/options.h"
#include "transport/socket/reach.h"
#include "transport/udp/path_mtu.h"
#include "transport/udp/udp_messages.h"
#include "transport/udp/udp_ping_pong_link.h"
#include "transport/udp/udp_stream_link.h"
#include "transport/wait/deadline.h"

namespace xr {
namespace {

/// An IPv4 packet of 65,535 bytes less its headers (RFC 791, RFC 768).
constexpr std::size_t kLargestDatagramBytes = 65'507;
/// Where the kernel does not tell: fits an Ethernet frame with every IP header.
constexpr std::size_t kUsualDatagramBytes = 1452;
/// What every path carries (RFC 791), less the headers.
constexpr std::size_t kLeastDatagramBytes = 508;

/// In one send at most.
std::uint64_t segments_of(std::uint64_t message_bytes) noexcept {
  return std::clamp<std::uint64_t>(kMaxSendBytes / message_bytes, 1, kMaxSegments);
}

class UdpEndpoint final : public Running<Endpoint> {
 public:
  explicit UdpEndpoint(const EndpointSpec& spec)
      : Running<Endpoint>(spec),
        ports_(spec, spec.of<UdpOptions>().socket),
        token_(random_token()) {}
  ~UdpEndpoint() override { close(); }

  Blob open() override { return encode_blob({TransportKind::kUdp, token_, ports_.open()}); }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    const SocketBlob remote =
        reached(decode_blob(peer, TransportKind::kUdp, spec_.link_count()), spec_);
    const Token& token = spec_.side == Side::kServer ? token_ : remote.token;
    sockets_ = ports_.connect(remote, token, deadline);
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      prepare(sockets_[i].get(), spec_.role_of(i));
      waker_.watch(sockets_[i].get());
    }
    if (spec_.uses_messages()) agree_on_datagrams(token);
    if (spec_.guarded) token_of_server_ = token;
    connected_ = true;
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    EffectiveSettings settings = effective();
    RunOutcome outcome = run_all(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    settings.path_mtu_bytes = path_mtu(sockets_.front().get());
    if (settings.gso && !is_segmenting(sockets_.front().get())) settings.gso = false;
    read_after_run(
        spec_, spec_.of<UdpOptions>().socket, [this](unsigned i) { return sockets_[i].get(); },
        settings);
    outcome.effective = std::move(settings);
    outcome.add_strangers(ports_.strangers());
    return outcome;
  }

  EffectiveSettings effective() const override {
    if (!connected_) throw_fault("STATE", "effective", "not connected");
    EffectiveSettings settings = read_socket_settings(sockets_.front().get(), false);
    settings.header_bytes = header_bytes_of(spec_, datagram_bytes_);
    if (spec_.workload == Workload::kStream) {
      settings.gso = segments_ > 1;
      settings.gro = gro_;
    }
    return settings;
  }

  void close() noexcept override {
    connected_ = false;
    waker_.forget_all();
    sockets_.clear();
    ports_.close();
  }

 private:
  /// What fits the path goes in one packet, and begins with numbers that only the session knows.
  void agree_on_datagrams(const Token& token) {
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      const int fd = sockets_[i].get();
      datagram_bytes_ =
          std::min(datagram_bytes_, known_payload_bytes(fd).value_or(kUsualDatagramBytes));
      const std::uint64_t up = datagram_base(token, 2 * i);
      const std::uint64_t down = datagram_base(token, 2 * i + 1);
      const bool is_client = spec_.side == Side::kClient;
      message_ends_.push_back({fd, is_client ? up : down, is_client ? down : up});
    }
    if (datagram_bytes_ < kLeastDatagramBytes ||
        most_payload_bytes(datagram_bytes_) < spec_.longest_message_bytes()) {
      throw_fault("PATH_MTU", "connect",
                  "the path's MTU is too small for messages of this size: they would take more "
                  "than 65,535 datagrams");
    }
  }

  /// Messages of link `i` go one way, or to and fro unchanged.
  std::uint64_t base_of(unsigned i) const noexcept {
    return token_of_server_ ? datagram_base(*token_of_server_, 2 * i) : 0;
  }

  void prepare(int fd, Role role) {
    const bool initiator = role == Role::kInitiator;
    set_socket_timeouts(fd, initiator ? spec_.message_timeout_ns : spec_.wait_ns(),
                        spec_.wait_ns());
    if (role == Role::kReceiver) tell_drops(fd);
    if (!spec_.of<UdpOptions>().socket.segmentation_offload) return;
    if (role == Role::kSender) offload_sending(fd);
    if (role == Role::kReceiver) gro_ = enable_merging(fd);
  }

  /// The kernel segments only what fits the path's MTU datagram by datagram (udp(7), UDP_SEGMENT).
  void offload_sending(int fd) {
    const std::uint64_t segments = segments_of(spec_.message_bytes);
    if (segments < 2) return;
    if (!fits_path(fd, spec_.message_bytes)) return;
    const int segment_bytes = static_cast<int>(spec_.message_bytes);
    if (::setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment_bytes, sizeof segment_bytes) == 0)
      segments_ = segments;
  }

  /// A sender gives segmentation up where the device or the path cannot do it.
  static bool is_segmenting(int fd) {
    int segment_bytes = 0;
    socklen_t length = sizeof segment_bytes;
    return ::getsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment_bytes, &length) != 0 ||
           segment_bytes > 0;
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    const int fd = sockets_[i].get();
    const StopFlag& stop_flag = waker_.flag();
    if (spec_.uses_messages()) {
      UdpMessages<kWait> link(message_ends_, datagram_bytes_, message_shape_of(spec_), stop_flag);
      return visit(kForMessages, link);
    }
    switch (spec_.role_of(i)) {
      case Role::kInitiator:
      case Role::kResponder: {
        UdpPingPongLink<kWait> link(fd, spec_.message_bytes, base_of(i), spec_.message_timeout_ns,
                                    spec_.idle_timeout_ns, spec_.verify, stop_flag);
        return visit(kForPingPong, link);
      }
      case Role::kSender: {
        UdpSenderLink<kWait> link(fd, spec_.message_bytes, base_of(i), segments_, spec_.wait_ns(),
                                  spec_.verify, stop_flag);
        return visit(kForStreamSender, link);
      }
      case Role::kReceiver: {
        UdpReceiverLink<kWait> link(fd, spec_.message_bytes, base_of(i), gro_, spec_.wait_ns(),
                                    spec_.verify, stop_flag);
        return visit(kForStreamReceiver, link);
      }
    }
  }

  DatagramSockets ports_;
  Token token_;
  std::vector<UniqueFd> sockets_;
  std::uint64_t segments_ = 1;
  bool gro_ = false;
  bool connected_ = false;
  /// Numbers begin where it says; empty: at 0, as a peer of before that has it.
  std::optional<Token> token_of_server_;
  // Of a workload over messages.
  std::vector<UdpMessageEnd> message_ends_;
  std::size_t datagram_bytes_ = kLargestDatagramBytes;
};

}  // namespace

std::unique_ptr<Endpoint> make_udp_endpoint(const EndpointSpec& spec) {
  return std::make_unique<UdpEndpoint>(spec);
}

std::uint64_t udp_buffer_bytes(const EndpointSpec& spec) {
  // How a link waits makes no difference.
  constexpr WaitPolicy kWait = WaitPolicy::kBlock;
  if (spec.uses_messages()) return UdpMessages<kWait>::buffer_bytes(kLargestDatagramBytes);
  const bool offload = spec.of<UdpOptions>().socket.segmentation_offload;
  std::uint64_t all = 0;
  for (unsigned i = 0; i < spec.link_count(); ++i) {
    switch (spec.role_of(i)) {
      case Role::kInitiator:
      case Role::kResponder:
        all += UdpPingPongLink<kWait>::buffer_bytes(spec.message_bytes);
        break;
      case Role::kSender:
        all += UdpSenderLink<kWait>::buffer_bytes(spec.message_bytes,
                                                  offload ? segments_of(spec.message_bytes) : 1);
        break;
      case Role::kReceiver:
        all += UdpReceiverLink<kWait>::most_buffer_bytes(spec.message_bytes, offload);
        break;
    }
  }
  return all;
}

}  // namespace xr
