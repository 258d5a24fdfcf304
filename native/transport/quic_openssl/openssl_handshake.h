#pragma once

#include "transport/quic_openssl/openssl_lane.h"
#include "transport/wait/deadline.h"

namespace xr::ossl {

/// Sets the lane's connection up over its connected socket, and waits until nothing of that is
/// under way any more. Throws TLS_PIN, TLS, QUIC, CONNECT_REFUSED, CONNECT_TIMEOUT or STOPPED.
void shake_hands(Lane& lane, Side side, const Context& context, const Deadline& deadline);

}  // namespace xr::ossl
