#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "transport/quic/quic_connection.h"
#include "transport/quic/quic_retry.h"

namespace xr {

/// A packet that answers one which belongs to no connection; empty = none.
struct QuicAnswer {
  std::array<std::uint8_t, 256> bytes{};
  std::size_t length = 0;
};

/// A server's door: who may have a connection, and what the others are told. A packet that is not
/// addressed to the session's token is never answered, unless its client names the token.
class QuicGate {
 public:
  /// `retry`: a client has to show that its address is its own first (RFC 9000 section 8.1.2), by
  /// the token of a Retry that only this gate can have made.
  explicit QuicGate(bool retry) {
    if (retry) retry_.emplace();
  }

  /// The number of the session's connection that a packet is the first one of, or -1.
  static std::int64_t number_in(const QuicSetup& setup, const std::uint8_t* packet,
                                std::size_t length) noexcept;

  /// The connection that a client's first packet begins; else null, with what to answer, if
  /// anything. Connections of a session are numbered upwards: `setup.number` is the lowest to be
  /// let in, and becomes the number of the one that was.
  std::unique_ptr<QuicConnection> admit(QuicSetup& setup, const std::uint8_t* packet,
                                        std::size_t length, std::uint64_t now_ns,
                                        QuicAnswer& answer);

 private:
  bool refuse_version(const QuicSetup& setup, const std::uint8_t* packet, std::size_t length,
                      QuicAnswer& answer) const;

  std::optional<QuicRetry> retry_;
};

}  // namespace xr
