#include "transport/gnutls/tls_settings.h"

#include "transport/gnutls/gnutls_error.h"

namespace xr {
namespace {

const char* name_of(TlsCipher cipher) {
  switch (cipher) {
    case TlsCipher::kAes128Gcm: return "AES-128-GCM";
    case TlsCipher::kAes256Gcm: return "AES-256-GCM";
    case TlsCipher::kChacha20Poly1305: return "CHACHA20-POLY1305";
  }
  return "";
}

std::string text(const char* value) { return value == nullptr ? "" : value; }

}  // namespace

void set_priority(gnutls_session_t session, TlsCipher cipher, const char* extra) {
  const std::string priority = std::string("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+") +
                               name_of(cipher) + ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1" +
                               extra;
  check_gnutls("gnutls_priority_set_direct",
               gnutls_priority_set_direct(session, priority.c_str(), nullptr));
}

TlsSettings read_tls_settings(gnutls_session_t session) {
  TlsSettings settings;
  settings.library = "GnuTLS";
  settings.version = text(gnutls_check_version(nullptr));
  settings.built_with = GNUTLS_VERSION;
  settings.protocol = text(gnutls_protocol_get_name(gnutls_protocol_get_version(session)));
  settings.cipher = text(gnutls_cipher_get_name(gnutls_cipher_get(session)));
  settings.group = text(gnutls_group_get_name(gnutls_group_get(session)));
  return settings;
}

}  // namespace xr
