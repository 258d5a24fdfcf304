#pragma once

#include "transport/socket/socket_options.h"

namespace xr {

/// Of AF_UNIX sockets (unix(7)): bytes, or a packet for each message.
enum class UnixType { kStream, kSeqpacket };

struct UnixOptions {
  SocketOptions socket;
  UnixType type = UnixType::kStream;
};

}  // namespace xr
