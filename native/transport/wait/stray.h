#pragma once

#include <poll.h>
#include <time.h>

#include <cerrno>
#include <cstdint>

#include "base/units.h"
#include "transport/endpoint_spec.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// After a receive brought what was not waited for: kOk when another is worth it. A receive that
/// sleeps has its whole limit again each time, so that one stray now and then would put off its end
/// for as long as they come; here what is left of the limit is slept.
template <WaitPolicy kWait>
Io await_after_stray(int fd, SpinGuard& guard) noexcept {
  for (;;) {
    if (const Io io = guard.look(); io != Io::kOk) return io;
    if constexpr (kWait == WaitPolicy::kSpin) return Io::kOk;
    const std::uint64_t left_ns = guard.left_ns();
    const timespec left{static_cast<time_t>(left_ns / kNsPerSec),
                        static_cast<long>(left_ns % kNsPerSec)};
    pollfd watched{fd, POLLIN, 0};
    const int ready = ::ppoll(&watched, 1, &left, nullptr);
    // What is wrong with the socket, the next receive tells.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return Io::kOk;
  }
}

}  // namespace xr
