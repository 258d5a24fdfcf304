#include "transport/tcp/tcp_endpoint.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/unique_fd.h"
#include "measure/clock.h"
#include "transport/run_links.h"
#include "transport/socket/blob.h"
#include "transport/socket/deadline.h"
#include "transport/socket/options.h"
#include "transport/socket/waker.h"
#include "transport/tcp/tcp_link.h"

namespace xr {
namespace {

constexpr std::size_t kHelloBytes = kTokenBytes + 2;
constexpr std::uint8_t kWelcome = 0x06;
// Someone who connects and says nothing must not keep the real client out for long.
constexpr std::uint64_t kHelloLimitNs = kNsPerSec;
// Large enough that a receiver of small messages empties the socket with few calls.
constexpr std::size_t kReceiveBufferBytes = std::size_t{256} << 10;

using Hello = std::array<std::uint8_t, kHelloBytes>;

class TcpEndpoint final : public Endpoint {
 public:
  explicit TcpEndpoint(const EndpointSpec& spec)
      : spec_(spec), token_(random_token()), origin_(read_clock_pair()) {}
  ~TcpEndpoint() override { close(); }

  Blob open() override {
    SocketAddress local = parse_address(spec_.local_address, 0);
    SocketBlob blob{TransportKind::kTcp, token_, {}};
    if (spec_.side == Side::kServer) {
      listener_ = make_socket(local.family());
      if (::bind(listener_.get(), local.get(), local.length) != 0) {
        throw_errno(errno == EADDRINUSE ? "ADDRESS_IN_USE" : "ADDRESS", "bind");
      }
      if (::listen(listener_.get(), static_cast<int>(spec_.link_count()) + 8) != 0)
        throw_errno("SOCKET", "listen");
      blob.addresses.push_back(local_address_of(listener_.get()));
    }
    return encode_blob(blob);
  }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    connections_.resize(spec_.link_count());
    if (spec_.side == Side::kServer) {
      decode_blob(peer, TransportKind::kTcp, 0);
      accept_all(deadline);
      listener_.reset();
    } else {
      const SocketBlob server = decode_blob(peer, TransportKind::kTcp, 1);
      for (unsigned i = 0; i < spec_.link_count(); ++i) connect_one(server, i, deadline);
    }
    for (const UniqueFd& connection : connections_) {
      set_socket_timeouts(connection.get(), spec_.idle_timeout_ns, spec_.idle_timeout_ns);
      waker_.watch(connection.get());
    }
    // Now, not when the run begins: by then the peer may be gone, and getpeername with it.
    settings_ = effective();
  }

  RunOutcome run(std::int64_t* progress, const std::function<void()>& on_measured) override {
    return spec_.wait == WaitPolicy::kSpin ? run_with<WaitPolicy::kSpin>(progress, on_measured)
                                           : run_with<WaitPolicy::kBlock>(progress, on_measured);
  }

  void stop() noexcept override { waker_.stop(); }

  EffectiveSettings effective() const override {
    if (connections_.empty() || !connections_.front())
      throw_fault("STATE", "effective", "not connected");
    return read_socket_settings(connections_.front().get(), true);
  }

  void close() noexcept override {
    waker_.forget_all();
    connections_.clear();
    listener_.reset();
  }

 private:
  UniqueFd make_socket(int family) const {
    UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) throw_errno("SOCKET", "socket");
    apply_socket_options(fd.get(), family, true, spec_.socket);
    return fd;
  }

  void connect_one(const SocketBlob& server, unsigned link, const Deadline& deadline) {
    const SocketAddress& remote = server.addresses.front();
    SocketAddress local = parse_address(spec_.local_address, 0);
    UniqueFd fd(::socket(remote.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) throw_errno("SOCKET", "socket");
    apply_socket_options(fd.get(), remote.family(), true, spec_.socket);
    if (::bind(fd.get(), local.get(), local.length) != 0) throw_errno("ADDRESS", "bind");
    if (::connect(fd.get(), remote.get(), remote.length) != 0) {
      if (errno != EINPROGRESS) throw_connect_errno(errno);
      deadline.wait(fd.get(), POLLOUT, "connect");
      int refused = 0;
      socklen_t length = sizeof refused;
      if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &refused, &length) != 0)
        throw_errno("SOCKET", "getsockopt");
      if (refused != 0) throw_connect_errno(refused);
    }
    Hello hello{};
    std::copy(server.token.begin(), server.token.end(), hello.begin());
    hello[kTokenBytes] = static_cast<std::uint8_t>(link >> 8);
    hello[kTokenBytes + 1] = static_cast<std::uint8_t>(link & 0xff);
    if (::send(fd.get(), hello.data(), hello.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(hello.size())) {
      throw_errno("CONNECT_REFUSED", "send");
    }
    deadline.wait(fd.get(), POLLIN, "connect");
    std::uint8_t answer = 0;
    if (::recv(fd.get(), &answer, 1, 0) != 1 || answer != kWelcome) {
      throw_fault("CONNECT_REFUSED", "connect",
                  "connect: the peer closed the connection before it was set up");
    }
    make_blocking(fd.get());
    connections_[link] = std::move(fd);
  }

  [[noreturn]] static void throw_connect_errno(int error) {
    throw_errno(error == ETIMEDOUT ? "CONNECT_TIMEOUT" : "CONNECT_REFUSED", "connect", error);
  }

  void accept_all(const Deadline& deadline) {
    for (unsigned missing = spec_.link_count(); missing > 0;) {
      deadline.wait(listener_.get(), POLLIN, "accept");
      UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      // A client may have gone again since poll saw it.
      if (!fd) continue;
      const int link = read_hello(fd.get(), deadline);
      if (link < 0 || connections_[static_cast<unsigned>(link)]) continue;
      if (::send(fd.get(), &kWelcome, 1, MSG_NOSIGNAL) != 1) continue;
      make_blocking(fd.get());
      connections_[static_cast<unsigned>(link)] = std::move(fd);
      --missing;
    }
  }

  /// The link that this connection is for, or -1 for a stranger.
  int read_hello(int fd, const Deadline& deadline) const {
    Hello hello{};
    const std::uint64_t until_ns = monotonic_raw_ns() + kHelloLimitNs;
    for (std::size_t done = 0; done < hello.size();) {
      const std::uint64_t now_ns = monotonic_raw_ns();
      if (now_ns >= until_ns || !deadline.wait_within(fd, POLLIN, until_ns - now_ns, "accept"))
        return -1;
      const ssize_t got = ::recv(fd, hello.data() + done, hello.size() - done, 0);
      if (got <= 0) return -1;
      done += static_cast<std::size_t>(got);
    }
    if (!std::equal(token_.begin(), token_.end(), hello.begin())) return -1;
    const unsigned link = static_cast<unsigned>(hello[kTokenBytes] << 8 | hello[kTokenBytes + 1]);
    return link < spec_.link_count() ? static_cast<int>(link) : -1;
  }

  static void make_blocking(int fd) {
    int off = 0;
    if (::ioctl(fd, FIONBIO, &off) != 0) throw_errno("SOCKET", "ioctl");
  }

  template <WaitPolicy kWait>
  RunOutcome run_with(std::int64_t* progress, const std::function<void()>& on_measured) {
    RunOutcome outcome = run_links(
        spec_, origin_, waker_.flag(), [this] { stop(); }, progress, on_measured,
        [&](unsigned i, const auto& visit) {
          const bool receives_stream = spec_.role_of(i) == Role::kReceiver;
          const std::size_t buffer_bytes =
              receives_stream ? std::max<std::size_t>(spec_.message_bytes, kReceiveBufferBytes)
                              : spec_.message_bytes;
          TcpLink<kWait> link(connections_[i].get(), spec_.message_bytes, buffer_bytes,
                              spec_.idle_timeout_ns, waker_.flag());
          visit(link);
        });
    outcome.effective = settings_;
    return outcome;
  }

  EndpointSpec spec_;
  Token token_;
  ClockPair origin_;
  Waker waker_;
  UniqueFd listener_;
  std::vector<UniqueFd> connections_;
  EffectiveSettings settings_{};
};

}  // namespace

std::unique_ptr<Endpoint> make_tcp_endpoint(const EndpointSpec& spec) {
  return std::make_unique<TcpEndpoint>(spec);
}

}  // namespace xr
