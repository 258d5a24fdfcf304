#pragma once

#include <cstdint>
#include <vector>

#include "base/unique_fd.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

namespace xr {

/// From now on a call that sleeps in one of these ends after `wait_ns`, and with a stop.
inline void bound_waits(const std::vector<UniqueFd>& sockets, std::uint64_t wait_ns, Waker& waker) {
  for (const UniqueFd& socket : sockets) {
    set_socket_timeouts(socket.get(), wait_ns, wait_ns);
    waker.watch(socket.get());
  }
}

}  // namespace xr
