#pragma once

#include <cerrno>

#include "measure/stop_flag.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// What an error of send(2) or recv(2) on a connected stream socket means to a loop; kOk = try
/// again.
template <WaitPolicy kWait>
Io after_socket_error(int error, const StopFlag& stop, SpinGuard& guard) noexcept {
  if (error == EAGAIN || error == EWOULDBLOCK) [[likely]] {
    if constexpr (kWait == WaitPolicy::kSpin) return guard.poll();
    return stop.is_set() ? Io::kStopped : Io::kStalled;
  }
  if (stop.is_set()) return Io::kStopped;
  if (error == EINTR) return Io::kOk;
  if (error == ECONNRESET || error == EPIPE) return Io::kClosed;
  return Io::kError;
}

}  // namespace xr
