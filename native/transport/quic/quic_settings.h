#pragma once

#include <cstdint>

#include "transport/quic/ngtcp2_compat.h"
#include "transport/quic/quic_connection.h"

namespace xr {

/// As a user writes it.
const char* name_of(QuicCongestion congestion) noexcept;
const char* name_of(QuicMessages messages) noexcept;

/// What this end does by itself.
ngtcp2_settings settings_for(const QuicSetup& setup, std::uint64_t now_ns) noexcept;

/// What the peer is told (RFC 9000 section 18.2).
ngtcp2_transport_params parameters_for(const QuicSetup& setup) noexcept;

}  // namespace xr
