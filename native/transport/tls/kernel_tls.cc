#include "transport/tls/kernel_tls.h"

#include <linux/tls.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "transport/tls/kernel_keys.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
// Linux 6.0 and later.
#ifndef TLS_RX_EXPECT_NO_PAD
#define TLS_RX_EXPECT_NO_PAD 4
#endif

namespace xr {
namespace {

std::string reason(const char* op, int error) {
  return std::string(op) + ": " + std::strerror(error);
}

std::span<const std::uint8_t> bytes_of(const gnutls_datum_t& datum) {
  return {datum.data, datum.size};
}

bool read_key(gnutls_session_t session, bool incoming, KernelKey& key) {
  gnutls_datum_t mac{};
  gnutls_datum_t iv{};
  gnutls_datum_t secret{};
  if (gnutls_record_get_state(session, incoming ? 1 : 0, &mac, &iv, &secret,
                              key.sequence.data()) != GNUTLS_E_SUCCESS) {
    return false;
  }
  key.iv = bytes_of(iv);
  key.key = bytes_of(secret);
  return true;
}

}  // namespace

std::string move_to_kernel(TlsSession& session, TlsCipher cipher) {
  const int fd = session.fd();
  // What GnuTLS has read already, the kernel would miss.
  if (session.has_input()) return "data came with the handshake";
  KernelKey incoming;
  KernelKey outgoing;
  if (!read_key(session.get(), true, incoming) || !read_key(session.get(), false, outgoing))
    return "GnuTLS does not hand out its keys";
  if (!enter_kernel_tls(fd)) return reason("TCP_ULP", errno);
  if (!set_kernel_receive_key(fd, cipher, incoming)) return reason("TLS_RX", errno);
  if (!set_kernel_send_key(fd, cipher, outgoing)) throw_errno("UNSUPPORTED", "TLS_TX");
  // Our records have no padding, so that the kernel may decrypt into the reader's memory. One
  // without this option decrypts all the same.
  const int on = 1;
  ::setsockopt(fd, SOL_TLS, TLS_RX_EXPECT_NO_PAD, &on, sizeof on);
  return {};
}

}  // namespace xr
