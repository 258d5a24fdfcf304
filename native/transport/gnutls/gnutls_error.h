#pragma once

#include <gnutls/gnutls.h>

#include <string>

#include "base/error.h"

namespace xr {

/// "gnutls_handshake: The TLS connection was non-properly terminated."
inline Fault gnutls_fault(const char* code, const char* op, int error) {
  return Fault{code, op, 0, std::string(op) + ": " + gnutls_strerror(error)};
}

inline void check_gnutls(const char* op, int result) {
  if (result < 0) throw Error(gnutls_fault("TLS", op, result));
}

}  // namespace xr
