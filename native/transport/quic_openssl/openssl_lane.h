#pragma once

#include <sys/socket.h>

#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "transport/quic_openssl/openssl_connection.h"

namespace xr::ossl {

/// One connection on a socket of its own, and what went over it.
struct Lane {
  ~Lane() {
    // They hold on to the connection.
    streams.clear();
  }

  UniqueFd fd;
  std::unique_ptr<Connection> connection;
  /// Those that this end sends on; they are opened before the run, where a refusal can still be
  /// told.
  std::vector<Stream> streams;
  /// UDP_GRO is on.
  bool merging = false;
  /// UDP_SEGMENT may be used; cleared where the kernel refuses it.
  bool segmenting = false;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  /// Datagrams that were not the peer's.
  std::uint64_t strangers = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t handshake_ns = 0;
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
