#include "transport/unix/unix_endpoint.h"

#include <sys/socket.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "transport/message/header_bytes.h"
#include "transport/message/socket_carrier.h"
#include "transport/running.h"
#include "transport/socket/bound_waits.h"
#include "transport/socket/tcp_link.h"
#include "transport/socket/unix_connections.h"
#include "transport/unix/unix_packets.h"

namespace xr {
namespace {

std::optional<int> buffer_bytes(int fd, int option) noexcept {
  int value = 0;
  socklen_t length = sizeof value;
  if (::getsockopt(fd, SOL_SOCKET, option, &value, &length) != 0) return std::nullopt;
  return value;
}

int socket_type_of(const EndpointSpec& spec) noexcept {
  return spec.of<UnixOptions>().type == UnixType::kSeqpacket ? SOCK_SEQPACKET : SOCK_STREAM;
}

/// A packet is taken whole or refused by each send: one that never fits is refused here.
void check_packet_fits(std::uint64_t message_bytes, int send_buffer_bytes) {
  constexpr int kKeptBackBytes = 32;
  const int most = send_buffer_bytes - kKeptBackBytes;
  if (most >= 0 && message_bytes <= static_cast<std::uint64_t>(most)) return;
  throw_fault("UNSUPPORTED", "SO_SNDBUF",
              "a message of " + std::to_string(message_bytes) +
                  " bytes does not fit the send buffer of this socket, which takes packets of " +
                  std::to_string(most) + " bytes at most");
}

class UnixEndpoint final : public Running<Endpoint> {
 public:
  explicit UnixEndpoint(const EndpointSpec& spec)
      : Running<Endpoint>(spec),
        connections_(spec, spec.of<UnixOptions>().socket, socket_type_of(spec)) {}
  ~UnixEndpoint() override { close(); }

  Blob open() override { return connections_.open(); }

  void connect(const Blob& peer) override {
    connections_.connect(peer, Deadline(spec_.connect_timeout_ns, waker_));
    bound_waits(connections_.sockets(), spec_.wait_ns(), waker_);
    const int first = connections_.sockets().front().get();
    settings_.send_buffer_bytes = buffer_bytes(first, SO_SNDBUF);
    settings_.receive_buffer_bytes = buffer_bytes(first, SO_RCVBUF);
    if (spec_.of<UnixOptions>().type == UnixType::kSeqpacket && settings_.send_buffer_bytes)
      check_packet_fits(longest_packet_bytes(), *settings_.send_buffer_bytes);
    settings_.header_bytes = header_bytes_of(spec_);
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    RunOutcome outcome = run_all(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    outcome.effective = settings_;
    outcome.add_strangers(connections_.strangers());
    return outcome;
  }

  EffectiveSettings effective() const override {
    if (connections_.sockets().empty() || !connections_.sockets().front())
      throw_fault("STATE", "effective", "not connected");
    return settings_;
  }

  void close() noexcept override {
    waker_.forget_all();
    connections_.close();
  }

 private:
  std::uint64_t longest_packet_bytes() const noexcept {
    return spec_.message_head_bytes() + spec_.longest_message_bytes();
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.uses_messages()) return with_messages<kWait>(visit);
    const int fd = connections_.sockets()[i].get();
    const auto run = [&](auto bytes) {
      ByteStreamLink link(bytes, spec_, spec_.role_of(i), waker_.flag());
      visit(kForPingPong | kForStream, link);
    };
    if (spec_.of<UnixOptions>().type == UnixType::kSeqpacket) {
      run(UnixPackets<kWait>(fd, spec_, waker_.flag()));
    } else {
      run(SocketBytes<kWait>(fd, spec_.wait_ns(), waker_.flag()));
    }
  }

  /// In packets a message is one, with its head: it goes out and comes in whole.
  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    SocketMessages<kWait> link({connections_.fds(), waker_.flag()}, message_shape_of(spec_),
                               waker_.flag());
    visit(kForMessages, link);
  }

  UnixConnections connections_;
  EffectiveSettings settings_{};
};

}  // namespace

std::unique_ptr<Endpoint> make_unix_endpoint(const EndpointSpec& spec) {
  return std::make_unique<UnixEndpoint>(spec);
}

}  // namespace xr
