#include "transport/quic_openssl/openssl_handshake.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/units.h"
#include "measure/clock.h"

namespace xr::ossl {
namespace {

// What is still on its way after the handshake (connection IDs, acknowledgements) has so long to
// arrive.
constexpr std::uint64_t kSettleNs = 100 * kNsPerMs;
// A timer further away than that belongs to nothing that is under way.
constexpr std::uint64_t kFarNs = kNsPerSec;
constexpr std::uint64_t kLongestWaitNs = 50 * kNsPerMs;

/// Whatever has come.
void read(Lane& lane) {
  std::array<std::uint8_t, 2048> packet;
  for (;;) {
    const ssize_t got =
        ::recv(lane.fd.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0 && errno == ECONNREFUSED) throw_errno("CONNECT_REFUSED", "recv");
    if (got <= 0) return;
    ++lane.packets_received;
    if (static_cast<std::size_t>(got) > packet.size()) continue;
    lane.connection->network().put(packet.data(), static_cast<std::size_t>(got));
    lane.connection->tick();
  }
}

}  // namespace

void shake_hands(Lane& lane, Side side, const Context& context, const Deadline& deadline) {
  const std::uint64_t began_ns = monotonic_raw_ns();
  lane.connection = std::make_unique<Connection>(side, context);
  send_singly(lane);
  Connection& connection = *lane.connection;
  for (std::uint64_t established_ns = 0;;) {
    if (established_ns == 0) {
      const Connection::Handshake step = connection.shake_hands();
      if (step == Connection::Handshake::kFailed) {
        const Fault fault = connection.handshake_fault();
        // The peer is told why; but a server of OpenSSL that has sent nothing yet says nothing.
        connection.tick();
        throw Error(fault);
      }
      if (step == Connection::Handshake::kDone) {
        established_ns = monotonic_raw_ns();
        lane.handshake_ns = established_ns - began_ns;
      }
    }
    connection.tick();
    const std::uint64_t due_ns = connection.due_in_ns();
    if (established_ns != 0 && (due_ns > kFarNs || monotonic_raw_ns() - established_ns > kSettleNs))
      return;
    deadline.wait_within(lane.fd.get(), POLLIN, std::min(due_ns, kLongestWaitNs), "handshake");
    read(lane);
  }
}

}  // namespace xr::ossl
