#pragma once

#include <cstdint>
#include <optional>

#include "transport/quic/quic_connection.h"

namespace xr {

// What a server says to packets that belong to no connection: each answer is smaller than what it
// answers, so that nobody can be flooded with them by a forged source.

/// A Version Negotiation packet (RFC 9000 section 6) for a packet of a version that is not ours.
/// Its length, or 0 when none is due.
std::size_t write_version_negotiation(std::uint8_t* to, std::size_t room,
                                      const ngtcp2_version_cid& header, std::size_t packet_bytes);

/// Why a client's first packet is refused (RFC 9000 section 20.1).
enum class Refusal : std::uint64_t { kConnectionRefused = 0x02, kInvalidToken = 0x0b };

/// CONNECTION_CLOSE for the first packet of a client.
std::size_t write_refusal(std::uint8_t* to, std::size_t room, const ngtcp2_pkt_hd& first,
                          Refusal why);

/// Stateless resets (RFC 9000 section 10.3), at most so many in a second.
class StatelessResets {
 public:
  StatelessResets();
  const ResetKey& key() const noexcept { return key_; }

  /// For a packet with a short header; its length, or 0 when none is due.
  std::size_t write(std::uint8_t* to, const ngtcp2_version_cid& header, std::size_t packet_bytes,
                    std::uint64_t now_ns);

 private:
  ResetKey key_;
  std::uint64_t second_ = 0;
  unsigned in_second_ = 0;
};

}  // namespace xr
