#pragma once

#include "transport/quic/quic_gate.h"
#include "transport/quic/quic_lane.h"
#include "transport/wait/deadline.h"

namespace xr {

/// Brings the connection of a lane about, from the first packet until both ends have confirmed it
/// and nothing is under way any more: what is measured begins on a quiet path. `gate` is the
/// server's. Throws TLS_PIN, TLS, QUIC, CONNECT_REFUSED, CONNECT_TIMEOUT or STOPPED.
void shake_hands(QuicLane& lane, QuicSetup& setup, QuicGate* gate, const Deadline& deadline);

/// Tells the peer that this end goes; nobody waits for an answer.
void say_farewell(QuicLane& lane) noexcept;

}  // namespace xr
