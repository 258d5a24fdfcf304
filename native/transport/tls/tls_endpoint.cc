#include "transport/tls/tls_endpoint.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "transport/byte_stream_buffers.h"
#include "transport/message/header_bytes.h"
#include "transport/message/socket_carrier.h"
#include "transport/socket/over_tcp.h"
#include "transport/socket/pinned_blob.h"
#include "transport/socket/reach.h"
#include "transport/socket/tcp_link.h"
#include "transport/tls/kernel_tls.h"
#include "transport/tls/tls_carrier.h"
#include "transport/tls/tls_layer.h"
#include "transport/tls/tls_link.h"

namespace xr {
namespace {

class TlsEndpoint final : public OverTcp {
 public:
  explicit TlsEndpoint(const EndpointSpec& spec) : OverTcp(spec, spec.of<TlsOptions>().socket) {}
  ~TlsEndpoint() override { close(); }

  Blob open() override {
    if (spec_.side == Side::kServer) {
      identity_.emplace();
      if (resumes()) office_.emplace();
    }
    return encode_pinned_blob(connections_.open(), identity_ ? identity_->pin() : Pin{});
  }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    remote_ = decode_pinned_blob(peer, TransportKind::kTls, connections_.peer_addresses());
    remote_.sockets = reached(std::move(remote_.sockets), spec_);
    connections_.connect(remote_.sockets, deadline);
    const Identity* identity = identity_ ? &*identity_ : nullptr;
    for (const UniqueFd& connection : connections_.sockets()) {
      sessions_.push_back(std::make_unique<TlsSession>(connection.get(), options().cipher, identity,
                                                       pin(), first_resumption()));
      sessions_.back()->handshake(deadline);
      if (options().kernel != KernelTls::kOff) ask_kernel(*sessions_.back());
      if (resumes() && identity == nullptr) ticket_ = sessions_.back()->take_ticket(deadline);
    }
    bound_waits(connections_.sockets(), spec_.wait_ns(), waker_);
    // Now, not when the run begins: by then the peer may be gone, and getpeername with it.
    settings_ = read_settings();
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    return run_over_tcp(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
  }

  EffectiveSettings effective() const override {
    if (sessions_.empty()) throw_fault("STATE", "effective", "not connected");
    return settings_;
  }

  void close() noexcept override {
    waker_.forget_all();
    sessions_.clear();
    connections_.close();
  }

 private:
  const TlsOptions& options() const { return spec_.of<TlsOptions>(); }

  /// The first connection decides for all.
  void ask_kernel(TlsSession& session) {
    if (&session != sessions_.front().get() && !in_kernel_) return;
    kernel_problem_ = move_to_kernel(session, options().cipher);
    const bool refused = !kernel_problem_.empty();
    if (refused && (options().kernel == KernelTls::kOn || in_kernel_))
      throw_fault("UNSUPPORTED", "kTLS", "kTLS: the kernel does not take it: " + kernel_problem_);
    in_kernel_ = !refused;
  }

  EffectiveSettings read_settings() const {
    EffectiveSettings settings = read_socket_settings(sessions_.front()->fd(), true);
    settings.tls = sessions_.front()->settings();
    settings.tls->ktls = in_kernel_;
    settings.tls->ktls_problem = kernel_problem_;
    settings.header_bytes = header_bytes_of(spec_);
    return settings;
  }

  bool resumes() const noexcept { return options().handshake == TlsHandshake::kResumed; }
  const Pin* pin() const noexcept { return identity_ ? nullptr : &remote_.pin; }

  /// Of the connection that a run begins with, which brings the ticket for those it is about.
  TlsResumption first_resumption() noexcept {
    TlsResumption resumption;
    if (!resumes()) return resumption;
    resumption.office = office_ ? &*office_ : nullptr;
    resumption.gives_ticket = office_.has_value();
    resumption.wants_ticket = !office_;
    return resumption;
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.workload == Workload::kConnect) return with_handshakes(visit);
    if (spec_.uses_messages()) return with_messages<kWait>(visit);
    if (in_kernel_) {
      TcpLink<kWait> link(
          {sessions_[i]->fd(), spec_.wait_ns(), waker_.flag(), MoreFollows::kUnsaid}, spec_,
          spec_.role_of(i), waker_.flag());
      return visit(kForPingPong | kForStream, link);
    }
    TlsLink<kWait> link({*sessions_[i], spec_.wait_ns(), waker_.flag()}, spec_,
                        spec_.role_of(i), waker_.flag());
    visit(kForPingPong | kForStream, link);
  }

  template <class Visitor>
  void with_handshakes(const Visitor& visit) {
    TlsResumption resumption;
    if (resumes()) {
      resumption.office = office_ ? &*office_ : nullptr;
      resumption.ticket = office_ ? nullptr : &ticket_;
    }
    const Identity* identity = identity_ ? &*identity_ : nullptr;
    with_connects(remote_.sockets, TlsLayer(options().cipher, identity, pin(), resumption), visit);
  }

  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    if (in_kernel_) {
      SocketMessages<kWait> link({connections_.fds(), waker_.flag()}, message_shape_of(spec_),
                                 waker_.flag());
      return visit(kForMessages, link);
    }
    std::vector<TlsSession*> sessions;
    for (const auto& session : sessions_) sessions.push_back(session.get());
    TlsMessages<kWait> link({std::move(sessions), waker_.flag()}, message_shape_of(spec_),
                            waker_.flag());
    visit(kForMessages, link);
  }

  PinnedBlob remote_;
  std::optional<Identity> identity_;
  std::optional<TicketOffice> office_;
  Ticket ticket_;
  std::vector<std::unique_ptr<TlsSession>> sessions_;
  /// The records are the kernel's; else why not, where it was asked.
  bool in_kernel_ = false;
  std::string kernel_problem_;
};

}  // namespace

std::unique_ptr<Endpoint> make_tls_endpoint(const EndpointSpec& spec) {
  return std::make_unique<TlsEndpoint>(spec);
}

std::uint64_t tls_buffer_bytes(const EndpointSpec& spec) {
  // A run of connects begins with one that stays.
  const unsigned sessions = spec.workload == Workload::kConnect ? 2 : spec.link_count();
  return byte_stream_buffers_bytes(spec) + sessions * TlsSession::kInputBytes;
}

}  // namespace xr
