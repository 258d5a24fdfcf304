#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <ctime>
#include <memory>
#include <string>
#include <type_traits>

#include "transport/socket/pinned_blob.h"

namespace xr {

using Credentials = std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                                    decltype(&gnutls_certificate_free_credentials)>;

/// From when until when a certificate calls itself good.
struct Validity {
  std::time_t from;
  std::time_t until;
};

/// From an hour ago, for clocks that disagree, until this time tomorrow.
Validity valid_for_a_day();

/// A certificate of its own for one endpoint: a fresh P-256 key, self-signed, for a day. It is
/// never written anywhere.
class Identity {
 public:
  explicit Identity(const Validity& validity = valid_for_a_day());
  /// From files in PEM: a certificate, or a chain that begins with it, and its key. Throws TLS.
  Identity(const std::string& certificate_file, const std::string& key_file);
  gnutls_certificate_credentials_t credentials() const noexcept { return credentials_.get(); }
  const Pin& pin() const noexcept { return pin_; }

 private:
  Credentials credentials_;
  Pin pin_{};
};

/// What a client presents: nothing.
Credentials no_credentials();

/// Whether the certificate that the other end of this handshake showed is the pinned one. That
/// alone decides, and its dates do not: a pin names one certificate, which is made for one run and
/// told over a channel that is authenticated, so there is no old one that could still be about.
/// Dates would only ask that the clocks of two machines agree, and end a run of connects after a
/// day.
bool matches_pin(gnutls_session_t session, const Pin& pin) noexcept;

}  // namespace xr
