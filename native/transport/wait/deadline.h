#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "transport/wait/waker.h"

namespace xr {

/// The time that a set-up has, and a `poll(2)` that heeds it and the waker.
class Deadline {
 public:
  /// `spins`: waits without sleeping.
  Deadline(std::uint64_t limit_ns, const Waker& waker, bool spins = false);

  /// Waits until `fd` has one of `events`. Throws CONNECT_TIMEOUT (naming `op`) or STOPPED.
  void wait(int fd, short events, const char* op) const;
  /// Like `wait`, for at most `limit_ns`; false when nothing came by then.
  bool wait_within(int fd, short events, std::uint64_t limit_ns, const char* op) const;

  /// Entries at the beginning of `watched` that the next one fills in itself.
  static constexpr std::size_t kOwnEntries = 1;
  /// The same for any of several; which, `revents` say, 0 each when nothing came.
  bool wait_within(std::span<pollfd> watched, std::uint64_t limit_ns, const char* op) const;

 private:
  std::uint64_t left_ns(const char* op) const;

  std::uint64_t end_ns_;
  const Waker& waker_;
  bool spins_;
};

}  // namespace xr
