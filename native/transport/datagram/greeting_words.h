#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <vector>

#include "base/unique_fd.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/datagram_greeting.h"

// For tests: what is said in a greeting of datagrams, by hand.

namespace xr::test {

inline constexpr std::uint8_t kHello = 1;
inline constexpr std::uint8_t kWelcome = 2;
inline constexpr std::uint8_t kChallenge = 4;
inline constexpr std::uint8_t kAnswer = 5;

/// What either end says.
inline Bytes greeting_word(std::uint8_t kind, const Token& token, std::uint8_t own,
                           const Bytes& returned = Bytes(16)) {
  Bytes bytes{'x', 'r', 'b', '3', kind, 0, 0};
  bytes.insert(bytes.end(), token.begin(), token.end());
  bytes.insert(bytes.end(), 16, own);
  bytes.insert(bytes.end(), returned.begin(), returned.end());
  return bytes;
}

inline Bytes nonce_of(const Bytes& word) { return Bytes(word.begin() + 23, word.begin() + 39); }

inline UniqueFd socket_at(const char* numeric) {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const SocketAddress any = parse_address(numeric, 0);
  CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
  return fd;
}

/// Nothing where nothing comes.
inline Bytes receive_word(const UniqueFd& fd, int flags = 0) {
  Bytes bytes(2000);
  const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), flags);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace xr::test
