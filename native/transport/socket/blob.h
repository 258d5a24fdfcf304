#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "transport/endpoint.h"
#include "transport/socket/address.h"

namespace xr {

inline constexpr std::size_t kTokenBytes = 16;
/// Proves that a connection belongs to this session: only the blob carries it.
using Token = std::array<std::uint8_t, kTokenBytes>;

/// From getrandom(2).
Token random_token();

/// It in hexadecimal: one label of a name, which holds 63 characters (RFC 1035 section 2.3.4).
std::string token_name(const Token& token);

/// What a socket transport tells its peer: the token, and where each link is to be found (one port
/// for TCP, one per link for UDP).
struct SocketBlob {
  TransportKind transport = TransportKind::kTcp;
  Token token{};
  std::vector<SocketAddress> addresses;
};

Blob encode_blob(const SocketBlob& blob);

/// Throws BAD_BLOB for anything that `encode_blob` does not write, another transport's blob, or
/// another number of addresses.
SocketBlob decode_blob(const Blob& bytes, TransportKind transport, std::size_t address_count);

}  // namespace xr
