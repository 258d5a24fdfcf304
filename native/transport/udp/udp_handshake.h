#pragma once

#include <cstdint>

#include "transport/socket/blob.h"
#include "transport/socket/deadline.h"

namespace xr {

/// Before a run both ends of a connected UDP socket make sure that datagrams cross in both
/// directions: the client says hello until it is welcomed, and confirms. A confirmation that is
/// lost costs the server a short wait, not the run. `message_bytes` is the size of the workload's
/// messages, which the handshake's datagrams never have.
void greet_server(int fd, const Token& token, std::uint64_t message_bytes,
                  const Deadline& deadline);
void await_client(int fd, const Token& token, std::uint64_t message_bytes,
                  const Deadline& deadline);

}  // namespace xr
