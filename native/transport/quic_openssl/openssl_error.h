#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "transport/quic_openssl/openssl_api.h"

namespace xr::ossl {

/// The functions, where their presence has been checked: an endpoint exists only then.
inline const Api& api() noexcept { return *find_openssl().api; }

/// "SSL_do_handshake: no shared cipher", from this thread's queue, which is emptied: Node's own
/// cryptography reads the same one.
inline Fault openssl_fault(const char* code, const char* op) {
  const unsigned long error = api().ERR_peek_error();
  const char* reason = error == 0 ? nullptr : api().ERR_reason_error_string(error);
  api().ERR_clear_error();
  return Fault{code, op, 0, std::string(op) + ": " + (reason == nullptr ? "refused" : reason)};
}

inline void require(bool holds, const char* op) {
  if (!holds) throw Error(openssl_fault("QUIC", op));
}

/// What is released by a function of the table.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

}  // namespace xr::ossl
