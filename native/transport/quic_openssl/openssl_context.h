#pragma once

#include <optional>
#include <string>

#include "transport/endpoint_spec.h"
#include "transport/quic_openssl/openssl_identity.h"

namespace xr::ossl {

/// What the connections of one endpoint have in common: cipher, application protocol, and how each
/// end knows the other. A client asks for the session's token as the name of the server (RFC 6066
/// section 3), a server refuses every other, and shows the certificate that the client has the
/// digest of.
class Context {
 public:
  /// Of a client.
  Context(TlsCipher cipher, const Token& token, const Pin& pin);
  /// Of a server.
  Context(TlsCipher cipher, const Token& token, const Identity& identity);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  SSL_CTX* get() const noexcept { return handle_.get(); }
  const std::string& server_name() const noexcept { return server_name_; }
  /// The client was shown another certificate than the pinned one.
  bool pin_failed() const noexcept { return pin_failed_; }
  /// The client of the last ClientHello knew the token.
  bool is_ours() const noexcept { return is_ours_; }

 private:
  Context(const SSL_METHOD* method, TlsCipher cipher, const Token& token);
  static int verify(X509_STORE_CTX* store, void* self) noexcept;
  static int on_client_hello(SSL* ssl, int* alert, void* self) noexcept;
  static int choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* length,
                             const unsigned char* offered, unsigned offered_bytes,
                             void* self) noexcept;

  Owned<SSL_CTX> handle_;
  std::string server_name_;
  Pin pin_{};
  bool pin_failed_ = false;
  bool is_ours_ = false;
};

/// `xrbench/1` as a list of one name (RFC 7301 section 3.1).
inline constexpr std::string_view kAlpnList = "\x09xrbench/1";

}  // namespace xr::ossl
