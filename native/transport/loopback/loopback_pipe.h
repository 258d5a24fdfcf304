#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <vector>

#include "base/units.h"

namespace xr {

/// One direction between two threads of a process: room for one message. Sequence numbers tell
/// whether it is full; each side writes only its own.
class LoopbackPipe {
 public:
  explicit LoopbackPipe(std::size_t message_bytes) : message_(message_bytes, 0) {}

  bool can_write() const noexcept {
    return written_.load(std::memory_order_relaxed) == read_.load(std::memory_order_acquire);
  }
  bool can_read() const noexcept {
    return written_.load(std::memory_order_acquire) != read_.load(std::memory_order_relaxed);
  }

  void write(const std::uint8_t* from) noexcept {
    std::memcpy(message_.data(), from, message_.size());
    written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void read(std::uint8_t* into) noexcept {
    std::memcpy(into, message_.data(), message_.size());
    read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  void close() noexcept {
    closed_.store(true, std::memory_order_release);
    notify();
  }

  /// For the side that sleeps. The lock makes sure that no change falls between a sleeper's look
  /// and its sleep.
  void notify() noexcept {
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
  }
  template <class Ready>
  bool sleep_until(const Ready& ready, std::uint64_t limit_ns) noexcept {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::nanoseconds(limit_ns), ready);
  }

 private:
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> written_{0};
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> read_{0};
  alignas(kCacheLineBytes) std::atomic<bool> closed_{false};
  std::vector<std::uint8_t> message_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Both directions of one link.
struct LoopbackWire {
  explicit LoopbackWire(std::size_t message_bytes) : up(message_bytes), down(message_bytes) {}
  LoopbackPipe up;
  LoopbackPipe down;

  void close() noexcept {
    up.close();
    down.close();
  }
};

}  // namespace xr
