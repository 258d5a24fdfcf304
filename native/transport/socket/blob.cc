#include "transport/socket/blob.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace xr {
namespace {

constexpr std::uint8_t kVersion = 1;
// version, transport, number of addresses, a zero
constexpr std::size_t kHeaderBytes = 4;
// family (4 or 6), zero, port (big endian), scope (big endian), address
constexpr std::size_t kAddressBytes = 24;

[[noreturn]] void bad(const char* why) { throw_fault("BAD_BLOB", "blob", why); }

void put_address(const SocketAddress& address, std::uint8_t* out) {
  const bool ipv6 = address.family() == AF_INET6;
  out[0] = ipv6 ? 6 : 4;
  out[2] = static_cast<std::uint8_t>(address.port() >> 8);
  out[3] = static_cast<std::uint8_t>(address.port() & 0xff);
  if (ipv6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    const std::uint32_t scope = htonl(in6->sin6_scope_id);
    std::memcpy(out + 4, &scope, sizeof scope);
    std::memcpy(out + 8, &in6->sin6_addr, 16);
  } else {
    std::memcpy(out + 8, &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr, 4);
  }
}

SocketAddress get_address(const std::uint8_t* in) {
  SocketAddress address;
  const auto port = static_cast<std::uint16_t>(in[2] << 8 | in[3]);
  if (port == 0) bad("the peer's endpoint has no port");
  if (in[0] == 6) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    in6->sin6_family = AF_INET6;
    std::uint32_t scope = 0;
    std::memcpy(&scope, in + 4, sizeof scope);
    in6->sin6_scope_id = ntohl(scope);
    std::memcpy(&in6->sin6_addr, in + 8, 16);
    address.length = sizeof *in6;
  } else if (in[0] == 4) {
    auto* in4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    in4->sin_family = AF_INET;
    std::memcpy(&in4->sin_addr, in + 8, 4);
    address.length = sizeof *in4;
  } else {
    bad("the peer's endpoint is of an unknown address family");
  }
  address.set_port(port);
  return address;
}

}  // namespace

Token random_token() {
  Token token;
  if (getrandom(token.data(), token.size(), 0) != static_cast<ssize_t>(token.size()))
    throw_errno("SOCKET", "getrandom");
  return token;
}

std::string token_name(const Token& token) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name;
  for (const std::uint8_t byte : token) {
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

Blob encode_blob(const SocketBlob& blob) {
  Blob bytes(kHeaderBytes + kTokenBytes + kAddressBytes * blob.addresses.size(), 0);
  bytes[0] = kVersion;
  bytes[1] = static_cast<std::uint8_t>(blob.transport);
  bytes[2] = static_cast<std::uint8_t>(blob.addresses.size());
  std::copy(blob.token.begin(), blob.token.end(), bytes.begin() + kHeaderBytes);
  std::uint8_t* out = bytes.data() + kHeaderBytes + kTokenBytes;
  for (const SocketAddress& address : blob.addresses) {
    put_address(address, out);
    out += kAddressBytes;
  }
  return bytes;
}

SocketBlob decode_blob(const Blob& bytes, TransportKind transport, std::size_t address_count) {
  if (bytes.size() != kHeaderBytes + kTokenBytes + kAddressBytes * address_count) {
    bad("the peer's endpoint description has an unexpected length");
  }
  if (bytes[0] != kVersion) bad("the peer's endpoint description has an unknown version");
  if (bytes[1] != static_cast<std::uint8_t>(transport))
    bad("the peer's endpoint is of another transport");
  if (bytes[2] != address_count) bad("the peer's endpoint has an unexpected number of connections");
  SocketBlob blob;
  blob.transport = transport;
  std::copy_n(bytes.begin() + kHeaderBytes, kTokenBytes, blob.token.begin());
  const std::uint8_t* in = bytes.data() + kHeaderBytes + kTokenBytes;
  for (std::size_t i = 0; i < address_count; ++i, in += kAddressBytes)
    blob.addresses.push_back(get_address(in));
  return blob;
}

}  // namespace xr
