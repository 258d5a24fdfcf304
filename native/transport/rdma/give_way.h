#pragma once

#include <sched.h>

namespace xr {

/// A device that the kernel emulates does its work in a thread of the processor that posted it
/// (ksoftirqd for rxe), and a spinning thread there would keep it waiting for a scheduler tick.
/// Polling such a device gives way now and then; a device of its own is never asked to wait for
/// that.
class GiveWay {
 public:
  explicit GiveWay(bool software) noexcept : software_(software) {}

  /// After a poll in vain.
  void missed() noexcept {
    if (!software_) [[likely]]
      return;
    if ((++misses_ & (kEvery - 1)) == 0) ::sched_yield();
  }

 private:
  static constexpr unsigned kEvery = 16;

  bool software_;
  unsigned misses_ = 0;
};

}  // namespace xr
