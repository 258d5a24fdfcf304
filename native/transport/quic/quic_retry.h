#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "transport/quic/ngtcp2_compat.h"
#include "transport/socket/address.h"

namespace xr {

/// Has clients show that their address is their own (RFC 9000 section 8.1.2): by the token of a
/// Retry packet, which only this object can have made, for an address, within 10 s.
class QuicRetry {
 public:
  QuicRetry();

  /// The Retry that answers a client's first packet; its length, or 0 when none can be written.
  std::size_t write(std::uint8_t* to, std::size_t room, const ngtcp2_pkt_hd& first,
                    const SocketAddress& client, std::uint64_t now_ns) const noexcept;

  /// Whether a first packet carries the token of a Retry, perhaps one of ours. Any other token, as
  /// of NEW_TOKEN, counts for nothing.
  static bool is_asked_back(const ngtcp2_pkt_hd& first) noexcept;

  /// True when that token is ours and this client's; `original` then becomes what the client
  /// addressed before it was asked back.
  bool verify(const ngtcp2_pkt_hd& first, const SocketAddress& client, std::uint64_t now_ns,
              ngtcp2_cid& original) const noexcept;

 private:
  std::array<std::uint8_t, 32> secret_{};
};

}  // namespace xr
