#include "transport/tls/kernel_keys.h"

#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/unique_fd.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif

namespace xr {
namespace {

constexpr char kUlpName[] = "tls";

/// The kernel's forms of a key differ in their lengths alone: TLS 1.3 has one nonce, of which some
/// ciphers call the beginning salt.
template <class Info>
bool set_key(int fd, int direction, std::uint16_t cipher, const KernelKey& key) noexcept {
  Info info{};
  constexpr std::size_t kSaltBytes = offsetof(Info, rec_seq) - offsetof(Info, salt);
  if (key.key.size() != sizeof info.key || key.iv.size() != kSaltBytes + sizeof info.iv) {
    errno = EINVAL;
    return false;
  }
  info.info.version = TLS_1_3_VERSION;
  info.info.cipher_type = cipher;
  std::memcpy(info.key, key.key.data(), sizeof info.key);
  if constexpr (kSaltBytes > 0) std::memcpy(info.salt, key.iv.data(), kSaltBytes);
  std::memcpy(info.iv, key.iv.data() + kSaltBytes, sizeof info.iv);
  std::memcpy(info.rec_seq, key.sequence.data(), sizeof info.rec_seq);
  const bool taken = ::setsockopt(fd, SOL_TLS, direction, &info, sizeof info) == 0;
  const int error = errno;
  explicit_bzero(&info, sizeof info);
  errno = error;
  return taken;
}

bool set_key(int fd, int direction, TlsCipher cipher, const KernelKey& key) noexcept {
  switch (cipher) {
    case TlsCipher::kAes128Gcm:
      return set_key<tls12_crypto_info_aes_gcm_128>(fd, direction, TLS_CIPHER_AES_GCM_128, key);
    case TlsCipher::kAes256Gcm:
      return set_key<tls12_crypto_info_aes_gcm_256>(fd, direction, TLS_CIPHER_AES_GCM_256, key);
    case TlsCipher::kChacha20Poly1305:
#ifdef TLS_CIPHER_CHACHA20_POLY1305
      return set_key<tls12_crypto_info_chacha20_poly1305>(fd, direction,
                                                          TLS_CIPHER_CHACHA20_POLY1305, key);
#else
      break;
#endif
  }
  errno = EOPNOTSUPP;
  return false;
}

/// One end of a connection within this process; the other lasts as long as `other`.
UniqueFd connected_socket(UniqueFd& other) {
  UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (!listener || !client || ::bind(listener.get(), raw, length) != 0 ||
      ::listen(listener.get(), 1) != 0 || ::getsockname(listener.get(), raw, &length) != 0 ||
      ::connect(client.get(), raw, length) != 0) {
    return UniqueFd();
  }
  other = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return client;
}

std::string reason(const char* op) { return std::string(op) + ": " + std::strerror(errno); }

}  // namespace

bool enter_kernel_tls(int fd) noexcept {
  return ::setsockopt(fd, IPPROTO_TCP, TCP_ULP, kUlpName, sizeof kUlpName - 1) == 0;
}

bool set_kernel_receive_key(int fd, TlsCipher cipher, const KernelKey& key) noexcept {
  return set_key(fd, TLS_RX, cipher, key);
}

bool set_kernel_send_key(int fd, TlsCipher cipher, const KernelKey& key) noexcept {
  return set_key(fd, TLS_TX, cipher, key);
}

std::string why_no_kernel_tls(TlsCipher cipher) {
  UniqueFd other;
  const UniqueFd socket = connected_socket(other);
  if (!socket) return {};
  // Of no session: nothing is ever sent.
  const std::array<std::uint8_t, 32> zeros{};
  const std::size_t key_bytes = cipher == TlsCipher::kAes128Gcm ? 16 : 32;
  const KernelKey key{std::span(zeros).first(key_bytes), std::span(zeros).first(12), {}};
  if (!enter_kernel_tls(socket.get())) return reason("TCP_ULP");
  if (!set_kernel_receive_key(socket.get(), cipher, key)) return reason("TLS_RX");
  if (!set_kernel_send_key(socket.get(), cipher, key)) return reason("TLS_TX");
  return {};
}

}  // namespace xr
