#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transport/endpoint_spec.h"
#include "transport/gnutls/identity.h"
#include "transport/gnutls/resumption.h"
#include "transport/quic/ngtcp2_compat.h"
#include "transport/quic/quic_events.h"
#include "transport/quic/quic_options.h"
#include "transport/socket/address.h"
#include "transport/socket/blob.h"

namespace xr {

/// From it the stateless reset token of each connection ID is made (RFC 9000 section 10.3.2), so
/// that whoever has it can reset connections of which nothing else is left.
using ResetKey = std::array<std::uint8_t, 32>;

/// All connection IDs of our choice are so long.
inline constexpr std::size_t kQuicCidBytes = 8;

/// What a client needs to come back to a server: the ticket, and what the server let it send.
struct QuicTicket {
  Ticket tls;
  QuicEarlyParameters parameters;
};

/// What both ends of a connection know before its first packet.
struct QuicSetup {
  Side side = Side::kClient;
  QuicOptions options;
  /// The client's first packet is addressed to it, so that a server hears its own client only.
  Token token{};
  SocketAddress local;
  SocketAddress remote;
  /// The server's; null at the client.
  const Identity* identity = nullptr;
  /// The client's; null at the server.
  const Pin* pin = nullptr;
  /// A client's, in place of the pin: it looks at no certificate.
  bool trusts_anyone = false;
  /// A client's: tells a server with many names which one is meant; empty = nothing is told.
  /// A server's: what a client has to name whose first packet is not addressed to the token, as a
  /// library may not let it be; empty = nobody else is heard.
  std::string server_name;
  std::string_view alpn = "xrbench/1";
  /// Streams of each kind that the peer may have open at once.
  unsigned peer_streams = 64;
  /// The connection ends when nothing came for so long; 0 = it stays.
  std::uint64_t idle_timeout_ns = 0;
  /// Null: bytes of all streams go to the inbox alone.
  const QuicStreamEvents* stream_events = nullptr;
  const QuicCidEvents* cid_events = nullptr;
  const ResetKey* reset_key = nullptr;
  /// Of the connections that a session makes one after the other; the first packet is addressed to
  /// it as well.
  std::uint32_t number = 0;
  /// A server's: clients may come back with a ticket, which `gives_ticket` has it send. Null: each
  /// handshake is a full one.
  TicketOffice* tickets = nullptr;
  bool gives_ticket = false;
  /// A client's: wants to be given a ticket.
  bool wants_ticket = false;
  /// A client's: comes back with it. Null: a full handshake.
  const QuicTicket* ticket = nullptr;
  /// Data goes with the first packets, or is taken from them (0-RTT, RFC 9001 section 4.6).
  bool early_data = false;
  /// The largest packet, UDP payload, that this machine lets onto the path; 0 = packets have the
  /// size asked for, from the first to the last.
  std::size_t local_payload_bytes = 0;
  /// What a connection before found that the path carries; 0 = to be found out.
  std::size_t path_payload_bytes = 0;
  /// What a connection before found that a round trip takes (RFC 9002 section 6.2.2): packets that
  /// are lost before this one has a sample are repeated after a few of them; 0 = as if it were 333
  /// ms.
  std::uint64_t round_trip_ns = 0;
  /// Both ends are ours: each tells the other when it has found out.
  bool tells_path = false;
};

}  // namespace xr
