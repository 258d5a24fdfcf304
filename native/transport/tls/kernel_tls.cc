#include "transport/tls/kernel_tls.h"

#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif
// Linux 6.0 and later.
#ifndef TLS_RX_EXPECT_NO_PAD
#define TLS_RX_EXPECT_NO_PAD 4
#endif

namespace xr {
namespace {

constexpr char kUlpName[] = "tls";

/// Of one direction, as the handshake left it.
struct RecordState {
  gnutls_datum_t iv{};
  gnutls_datum_t key{};
  std::array<unsigned char, 8> sequence{};
};

std::string reason(const char* op, int error) {
  return std::string(op) + ": " + std::strerror(error);
}

/// The kernel's forms of a key differ in their lengths alone: TLS 1.3 has one nonce, of which some
/// ciphers call the beginning salt.
template <class Info>
bool set_key(int fd, int direction, std::uint16_t cipher, const RecordState& state) {
  Info info{};
  constexpr std::size_t kSaltBytes = offsetof(Info, rec_seq) - offsetof(Info, salt);
  if (state.key.size != sizeof info.key || state.iv.size != kSaltBytes + sizeof info.iv) {
    errno = EINVAL;
    return false;
  }
  info.info.version = TLS_1_3_VERSION;
  info.info.cipher_type = cipher;
  std::memcpy(info.key, state.key.data, sizeof info.key);
  if constexpr (kSaltBytes > 0) std::memcpy(info.salt, state.iv.data, kSaltBytes);
  std::memcpy(info.iv, state.iv.data + kSaltBytes, sizeof info.iv);
  std::memcpy(info.rec_seq, state.sequence.data(), sizeof info.rec_seq);
  const bool taken = ::setsockopt(fd, SOL_TLS, direction, &info, sizeof info) == 0;
  const int error = errno;
  explicit_bzero(&info, sizeof info);
  errno = error;
  return taken;
}

bool set_key(int fd, int direction, TlsCipher cipher, const RecordState& state) {
  switch (cipher) {
    case TlsCipher::kAes128Gcm:
      return set_key<tls12_crypto_info_aes_gcm_128>(fd, direction, TLS_CIPHER_AES_GCM_128, state);
    case TlsCipher::kAes256Gcm:
      return set_key<tls12_crypto_info_aes_gcm_256>(fd, direction, TLS_CIPHER_AES_GCM_256, state);
    case TlsCipher::kChacha20Poly1305:
#ifdef TLS_CIPHER_CHACHA20_POLY1305
      return set_key<tls12_crypto_info_chacha20_poly1305>(fd, direction,
                                                          TLS_CIPHER_CHACHA20_POLY1305, state);
#else
      break;
#endif
  }
  errno = EOPNOTSUPP;
  return false;
}

bool read_state(gnutls_session_t session, bool incoming, RecordState& state) {
  gnutls_datum_t mac{};
  return gnutls_record_get_state(session, incoming ? 1 : 0, &mac, &state.iv, &state.key,
                                 state.sequence.data()) == GNUTLS_E_SUCCESS;
}

}  // namespace

std::string move_to_kernel(TlsSession& session, TlsCipher cipher) {
  const int fd = session.fd();
  // What GnuTLS has read already, the kernel would miss.
  if (session.has_input()) return "data came with the handshake";
  RecordState incoming;
  RecordState outgoing;
  if (!read_state(session.get(), true, incoming) || !read_state(session.get(), false, outgoing))
    return "GnuTLS does not hand out its keys";
  // ENOENT: a kernel without the module `tls`. As long as it has no keys, it changes nothing.
  if (::setsockopt(fd, IPPROTO_TCP, TCP_ULP, kUlpName, sizeof kUlpName - 1) != 0)
    return reason("TCP_ULP", errno);
  if (!set_key(fd, TLS_RX, cipher, incoming)) return reason("TLS_RX", errno);
  if (!set_key(fd, TLS_TX, cipher, outgoing)) throw_errno("UNSUPPORTED", "TLS_TX");
  // Our records have no padding, so that the kernel may decrypt into the reader's memory. One
  // without this option decrypts all the same.
  const int on = 1;
  ::setsockopt(fd, SOL_TLS, TLS_RX_EXPECT_NO_PAD, &on, sizeof on);
  return {};
}

}  // namespace xr
