#include "transport/quic_openssl/openssl_endpoint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "transport/byte_stream_buffers.h"
#include "transport/datagram/over_quic.h"
#include "transport/datagram/path_payload.h"
#include "transport/message/header_bytes.h"
#include "transport/quic_openssl/openssl_handshake.h"
#include "transport/quic_openssl/openssl_messages.h"
#include "transport/quic_openssl/openssl_ping_pong_link.h"
#include "transport/quic_openssl/openssl_stream_links.h"
#include "transport/socket/reach.h"
#include "transport/wait/deadline.h"

namespace xr {
namespace {

class QuicOpensslEndpoint final : public OverQuic<ossl::Lane> {
 public:
  explicit QuicOpensslEndpoint(const EndpointSpec& spec)
      : OverQuic(spec, spec.of<QuicOpensslOptions>().socket) {}
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
    std::vector<UniqueFd> sockets = ports_.connect(remote.sockets, token, deadline);
    lanes_ = std::vector<ossl::Lane>(spec_.link_count());
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      lanes_[i].fd = std::move(sockets[i]);
      // OpenSSL's packets are of the least size, and no path with less has QUIC.
      usable_payload_bytes(lanes_[i].fd.get(), ossl::kPayloadBytes);
    }
    if (identity_) {
      context_.emplace(spec_.of<QuicOpensslOptions>().cipher, token_, *identity_);
    } else {
      context_.emplace(spec_.of<QuicOpensslOptions>().cipher, remote.sockets.token, remote.pin);
    }
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      ossl::Lane& lane = lanes_[i];
      ossl::shake_hands(lane, spec_.side, *context_, deadline);
      prepare(lane, is_bulk());
      open_streams(lane, spec_.role_of(i));
    }
    publish_connected(header_bytes_of(spec_));
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    return run_over_quic(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
  }

  void close() noexcept override {
    publish(std::nullopt);
    waker_.forget_all();
    for (const ossl::Lane& lane : lanes_) {
      if (lane.connection) lane.connection->leave();
    }
    lanes_.clear();
    ports_.close();
    context_.reset();
  }

 private:
  bool is_bulk() const noexcept { return xr::is_bulk(spec_, ossl::kPayloadBytes); }

  void open_streams(ossl::Lane& lane, Role role) const {
    if (role == Role::kInitiator) lane.streams.push_back(lane.connection->open_stream(true));
    if (role != Role::kSender) return;
    for (unsigned i = 0; i < spec_.of<QuicOpensslOptions>().streams; ++i)
      lane.streams.push_back(lane.connection->open_stream(false));
  }

  QuicSettings quic_settings() const override {
    QuicSettings settings;
    settings.library = "OpenSSL";
    settings.version = ossl::find_openssl().version;
    settings.protocol_version = 1;
    settings.messages = "stream";
    settings.shares_packets = true;
    settings.streams = spec_.of<QuicOpensslOptions>().streams;
    for (const ossl::Lane& lane : lanes_) {
      if (!lane.connection) continue;
      const auto largest = static_cast<unsigned>(lane.connection->network().largest_sent_bytes());
      settings.udp_payload_bytes = std::max(settings.udp_payload_bytes, largest);
    }
    return settings;
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.uses_messages()) {
      ossl::Messages<kWait> link({lanes_[i], is_bulk(), spec_.idle_timeout_ns, waker_.flag()},
                                 message_shape_of(spec_), waker_.flag());
      return visit(kForMessages, link);
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
    Link link(lanes_[i], spec_, waker_.flag());
    visit(serves, link);
  }

  std::optional<ossl::Identity> identity_;
  std::optional<ossl::Context> context_;
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
  if (spec.uses_messages()) return all + byte_stream_buffers_bytes(spec);
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
