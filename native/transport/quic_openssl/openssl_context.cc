#include "transport/quic_openssl/openssl_context.h"

#include "transport/quic_openssl/client_hello.h"

namespace xr::ossl {
namespace {

const char* suite_of(TlsCipher cipher) {
  switch (cipher) {
    case TlsCipher::kAes128Gcm: return "TLS_AES_128_GCM_SHA256";
    case TlsCipher::kAes256Gcm: return "TLS_AES_256_GCM_SHA384";
    case TlsCipher::kChacha20Poly1305: return "TLS_CHACHA20_POLY1305_SHA256";
  }
  return "";
}

}  // namespace

Context::Context(const SSL_METHOD* method, TlsCipher cipher, const Token& token)
    : handle_(api().SSL_CTX_new(method), api().SSL_CTX_free), server_name_(token_name(token)) {
  require(handle_ != nullptr, "SSL_CTX_new");
  // One thread at a time has a connection: no locks, and no thread of OpenSSL's own.
  require(api().SSL_CTX_set_domain_flags(get(), kDomainSingleThread) == 1,
          "SSL_CTX_set_domain_flags");
  require(api().SSL_CTX_set_ciphersuites(get(), suite_of(cipher)) == 1, "SSL_CTX_set_ciphersuites");
  // As ngtcp2 with GnuTLS has them; by default there would be a post-quantum one of 1.2 kB.
  char groups[] = "X25519:P-256";
  require(api().SSL_CTX_ctrl(get(), kCtrlSetGroupsList, 0, groups) == 1,
          "SSL_CTX_set1_groups_list");
  api().SSL_CTX_ctrl(get(), kCtrlMode, kModePartialWrite | kModeMovingWriteBuffer, nullptr);
}

Context::Context(TlsCipher cipher, const Token& token, const Pin& pin)
    : Context(api().OSSL_QUIC_client_method(), cipher, token) {
  pin_ = pin;
  api().SSL_CTX_set_verify(get(), kVerifyPeer, nullptr);
  api().SSL_CTX_set_cert_verify_callback(get(), &Context::verify, this);
}

Context::Context(TlsCipher cipher, const Token& token, const Identity& identity)
    : Context(api().OSSL_QUIC_server_method(), cipher, token) {
  require(api().SSL_CTX_use_certificate(get(), identity.certificate()) == 1,
          "SSL_CTX_use_certificate");
  require(api().SSL_CTX_use_PrivateKey(get(), identity.key()) == 1, "SSL_CTX_use_PrivateKey");
  // Nothing but data follows the handshake.
  require(api().SSL_CTX_set_num_tickets(get(), 0) == 1, "SSL_CTX_set_num_tickets");
  api().SSL_CTX_set_verify(get(), kVerifyNone, nullptr);
  api().SSL_CTX_set_client_hello_cb(get(), &Context::on_client_hello, this);
  api().SSL_CTX_set_alpn_select_cb(get(), &Context::choose_protocol, this);
}

int Context::verify(X509_STORE_CTX* store, void* context) noexcept {
  auto* self = static_cast<Context*>(context);
  Pin shown{};
  unsigned length = 0;
  const X509* certificate = api().X509_STORE_CTX_get0_cert(store);
  const bool known =
      certificate != nullptr &&
      api().X509_digest(certificate, api().EVP_sha256(), shown.data(), &length) == 1 &&
      length == shown.size() &&
      api().CRYPTO_memcmp(shown.data(), self->pin_.data(), shown.size()) == 0;
  self->pin_failed_ = !known;
  if (!known) api().X509_STORE_CTX_set_error(store, kX509ErrorApplication);
  return known ? 1 : 0;
}

int Context::on_client_hello(SSL* ssl, int* alert, void* context) noexcept {
  auto* self = static_cast<Context*>(context);
  const unsigned char* list = nullptr;
  std::size_t bytes = 0;
  const std::string& name = self->server_name_;
  const bool names_one =
      api().SSL_client_hello_get0_ext(ssl, kExtensionServerName, &list, &bytes) == 1;
  const auto named = names_one ? only_server_name({list, bytes}) : std::nullopt;
  self->is_ours_ = named && named->size() == name.size() &&
                   api().CRYPTO_memcmp(named->data(), name.data(), name.size()) == 0;
  if (self->is_ours_) return kClientHelloSuccess;
  *alert = kAlertUnrecognizedName;
  return kClientHelloError;
}

int Context::choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                             const unsigned char* offered, unsigned offered_bytes, void*) noexcept {
  const std::string_view ours = kAlpnList.substr(1);
  *chosen = find_protocol({offered, offered_bytes}, ours);
  *length = static_cast<unsigned char>(ours.size());
  return *chosen == nullptr ? kAlpnAlert : kAlpnOk;
}

}  // namespace xr::ossl
