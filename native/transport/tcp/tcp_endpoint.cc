#include "transport/tcp/tcp_endpoint.h"

#include "base/error.h"
#include "transport/message/header_bytes.h"
#include "transport/message/socket_carrier.h"
#include "transport/socket/over_tcp.h"
#include "transport/socket/reach.h"
#include "transport/socket/tcp_link.h"
#include "transport/tcp/plain_layer.h"

namespace xr {
namespace {

class TcpEndpoint final : public OverTcp {
 public:
  explicit TcpEndpoint(const EndpointSpec& spec) : OverTcp(spec, spec.of<TcpOptions>().socket) {}
  ~TcpEndpoint() override { close(); }

  Blob open() override { return encode_blob(connections_.open()); }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    server_ = reached(decode_blob(peer, TransportKind::kTcp, connections_.peer_addresses()), spec_);
    connections_.connect(server_, deadline);
    bound_waits(connections_.sockets(), spec_.wait_ns(), waker_);
    // Now, not when the run begins: by then the peer may be gone, and getpeername with it.
    settings_ = read_socket_settings(connections_.sockets().front().get(), true);
    settings_.header_bytes = header_bytes_of(spec_);
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    return run_over_tcp(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
  }

  EffectiveSettings effective() const override {
    const auto& sockets = connections_.sockets();
    if (sockets.empty() || !sockets.front()) throw_fault("STATE", "effective", "not connected");
    return settings_;
  }

  void close() noexcept override {
    waker_.forget_all();
    connections_.close();
  }

 private:
  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.workload == Workload::kConnect) return with_connects(server_, PlainLayer(), visit);
    if (spec_.uses_messages()) return with_messages<kWait>(visit);
    TcpLink<kWait> link({socket_of(i), spec_.wait_ns(), waker_.flag()}, spec_, spec_.role_of(i),
                        waker_.flag());
    visit(kForPingPong | kForStream, link);
  }

  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    SocketMessages<kWait> link({connections_.fds(), waker_.flag()}, message_shape_of(spec_),
                               waker_.flag());
    visit(kForMessages, link);
  }

  SocketBlob server_;
};

}  // namespace

std::unique_ptr<Endpoint> make_tcp_endpoint(const EndpointSpec& spec) {
  return std::make_unique<TcpEndpoint>(spec);
}

}  // namespace xr
