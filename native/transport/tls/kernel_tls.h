#pragma once

#include <string>

#include "transport/endpoint_spec.h"
#include "transport/tls/tls_session.h"

namespace xr {

/// Hands the records of an established session to the kernel, in both directions (kTLS, Linux's
/// Documentation/networking/tls.rst): from then on its socket takes and gives payload. Returns why
/// that cannot be, empty when it is done; a session that the kernel does not take is as it was.
/// Throws UNSUPPORTED where only half of it went over.
std::string move_to_kernel(TlsSession& session, TlsCipher cipher);

}  // namespace xr
