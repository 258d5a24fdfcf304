#pragma once

#include "transport/quic_openssl/openssl_error.h"
#include "transport/socket/pinned_blob.h"

namespace xr::ossl {

/// A certificate of its own for one endpoint: a fresh P-256 key, self-signed, for a day. It is
/// never written anywhere.
class Identity {
 public:
  Identity();
  EVP_PKEY* key() const noexcept { return key_.get(); }
  X509* certificate() const noexcept { return certificate_.get(); }
  const Pin& pin() const noexcept { return pin_; }

 private:
  Owned<EVP_PKEY> key_;
  Owned<X509> certificate_;
  Pin pin_{};
};

/// SHA-256 of its DER.
Pin digest_of(const X509* certificate);

}  // namespace xr::ossl
