#pragma once

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cstdint>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "measure/stop_flag.h"

namespace xr {

/// Stops an endpoint from another thread: sets the flag, wakes a `poll` of the set-up through an
/// eventfd, and shuts the connected sockets down, which ends any call that sleeps in one.
class Waker {
 public:
  Waker() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) throw_errno("SOCKET", "eventfd");
  }

  const StopFlag& flag() const noexcept { return flag_; }
  int event_fd() const noexcept { return event_.get(); }

  /// From now on a stop shuts this socket down, or that half of it. It must stay open until
  /// `forget_all`.
  void watch(int fd, int half = SHUT_RDWR) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back({fd, half});
    if (flag_.is_set()) ::shutdown(fd, half);
  }

  void forget_all() noexcept {
    const std::lock_guard lock(mutex_);
    sockets_.clear();
  }

  void stop() noexcept {
    flag_.set();
    const std::uint64_t one = 1;
    // Fails only when it is readable already.
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
    const std::lock_guard lock(mutex_);
    for (const auto& [fd, half] : sockets_) ::shutdown(fd, half);
  }

 private:
  struct Watched {
    int fd;
    int half;
  };

  StopFlag flag_;
  UniqueFd event_;
  std::mutex mutex_;
  std::vector<Watched> sockets_;
};

}  // namespace xr
