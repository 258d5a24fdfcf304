#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "transport/datagram/packet_lane.h"
#include "transport/quic_openssl/openssl_connection.h"

namespace xr::ossl {

/// Of what is sent: OpenSSL keeps to what every path of QUIC carries (RFC 9000 section 14).
inline constexpr std::size_t kPayloadBytes = 1200;

/// One connection of OpenSSL on a socket of its own. It stays where it is: packets are sent by it.
struct Lane : PacketLane {
  Lane() = default;
  ~Lane() {
    // They hold on to the connection.
    streams.clear();
  }

  std::unique_ptr<Connection> connection;
  /// Those that this end sends on; they are opened before the run, where a refusal can still be
  /// told.
  std::vector<Stream> streams;
};

/// Outside of a run each packet is sent by itself, and one that the kernel has no room for is lost.
inline void send_singly(Lane& lane) noexcept {
  lane.connection->network().send_by(
      [](void* context, const std::uint8_t* data, std::size_t length) {
        auto& to = *static_cast<Lane*>(context);
        ++to.packets_sent;
        ++to.send_calls;
        [[maybe_unused]] const ssize_t sent =
            ::send(to.fd.get(), data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
      },
      &lane);
}

}  // namespace xr::ossl
