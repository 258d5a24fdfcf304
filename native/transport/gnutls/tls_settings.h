#pragma once

#include <gnutls/gnutls.h>

#include "transport/endpoint_spec.h"
#include "transport/outcome.h"

namespace xr {

/// TLS 1.3 with the one cipher asked for and the groups X25519 and P-256; `extra` is appended.
void set_priority(gnutls_session_t session, TlsCipher cipher, const char* extra = "");

/// What a completed handshake agreed on.
TlsSettings read_tls_settings(gnutls_session_t session);

}  // namespace xr
