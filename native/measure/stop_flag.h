#pragma once

#include <atomic>

namespace xr {

/// Set once from any thread, read by the loops once per message or batch.
class StopFlag {
 public:
  void set() noexcept { stop_.store(true, std::memory_order_relaxed); }
  bool is_set() const noexcept { return stop_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> stop_{false};
};

}  // namespace xr
