#include "transport/tcp/tcp_endpoint.h"

#include "base/error.h"
#include "measure/clock.h"
#include "transport/message/header_bytes.h"
#include "transport/message/socket_carrier.h"
#include "transport/run_links.h"
#include "transport/socket/options.h"
#include "transport/socket/reach.h"
#include "transport/socket/tcp_connect_links.h"
#include "transport/socket/tcp_connections.h"
#include "transport/socket/tcp_link.h"
#include "transport/socket/tcp_statistics.h"
#include "transport/tcp/plain_layer.h"
#include "transport/wait/waker.h"

namespace xr {
namespace {

class TcpEndpoint final : public Endpoint {
 public:
  explicit TcpEndpoint(const EndpointSpec& spec)
      : spec_(spec), connections_(spec, spec.of<TcpOptions>().socket), origin_(read_clock_pair()) {}
  ~TcpEndpoint() override { close(); }

  Blob open() override { return encode_blob(connections_.open()); }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    server_ = reached(decode_blob(peer, TransportKind::kTcp, connections_.peer_addresses()), spec_);
    connections_.connect(server_, deadline);
    for (const UniqueFd& connection : connections_.sockets()) {
      set_socket_timeouts(connection.get(), spec_.wait_ns(), spec_.wait_ns());
      waker_.watch(connection.get());
    }
    // Now, not when the run begins: by then the peer may be gone, and getpeername with it.
    settings_ = read_socket_settings(connections_.sockets().front().get(), true);
    settings_.header_bytes = header_bytes_of(spec_);
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    RunOutcome outcome = run_links(
        spec_, origin_, waker_.flag(), [this] { stop(); }, board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    const auto socket_of = [this](unsigned i) { return connections_.sockets()[i].get(); };
    outcome.effective = settings_;
    read_after_run(spec_, spec_.of<TcpOptions>().socket, socket_of, outcome.effective);
    outcome.tcp = tcp_statistics_of(spec_, socket_of);
    outcome.add_strangers(connections_.strangers());
    return outcome;
  }

  void stop() noexcept override { waker_.stop(); }

  EffectiveSettings effective() const override {
    const auto& sockets = connections_.sockets();
    if (sockets.empty() || !sockets.front()) throw_fault("STATE", "effective", "not connected");
    return settings_;
  }

  std::uint64_t waiting_bytes() const noexcept override {
    return bytes_behind_holes(spec_,
                              [this](unsigned i) { return connections_.sockets()[i].get(); });
  }

  void close() noexcept override {
    waker_.forget_all();
    connections_.close();
  }

 private:
  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.workload == Workload::kConnect) return with_connects(visit);
    if (spec_.uses_messages()) return with_messages<kWait>(visit);
    TcpLink<kWait> link({connections_.sockets()[i].get(), spec_.wait_ns(), waker_.flag()},
                        spec_, spec_.role_of(i), waker_.flag());
    visit(kForPingPong | kForStream, link);
  }

  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    SocketMessages<kWait> link({connections_.fds(), waker_.flag()}, message_shape_of(spec_),
                               waker_.flag());
    visit(kForMessages, link);
  }

  template <class Visitor>
  void with_connects(const Visitor& visit) {
    if (spec_.side == Side::kClient) {
      TcpConnectorLink<PlainLayer> link(connections_, server_, {}, spec_, waker_);
      visit(kForConnector, link);
    } else {
      GreetingAcceptorLink<PlainLayer> link(connections_, {}, spec_, waker_);
      visit(kForConnectAcceptor, link);
    }
  }

  EndpointSpec spec_;
  SocketBlob server_;
  TcpConnections connections_;
  ClockPair origin_;
  Waker waker_;
  EffectiveSettings settings_{};
};

}  // namespace

std::unique_ptr<Endpoint> make_tcp_endpoint(const EndpointSpec& spec) {
  return std::make_unique<TcpEndpoint>(spec);
}

}  // namespace xr
