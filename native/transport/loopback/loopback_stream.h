#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <vector>

#include "base/units.h"

namespace xr {

/// Wakes the thread of one end, which sleeps for news of any of its connections.
class LoopbackBell {
 public:
  /// The lock makes sure that no change falls between a sleeper's look and its sleep.
  void ring() noexcept {
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
  }
  template <class Ready>
  bool sleep_until(const Ready& ready, std::uint64_t limit_ns) noexcept {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::nanoseconds(limit_ns), ready);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Bytes in order between two threads of a process, one direction. Each side writes only its own of
/// the two positions.
class LoopbackStream {
 public:
  /// Power of two.
  static constexpr std::size_t kBytes = std::size_t{256} << 10;

  LoopbackStream() : bytes_(kBytes, 0) {}

  std::size_t room() const noexcept {
    return kBytes - static_cast<std::size_t>(written_.load(std::memory_order_relaxed) -
                                             read_.load(std::memory_order_acquire));
  }
  std::size_t there() const noexcept {
    return static_cast<std::size_t>(written_.load(std::memory_order_acquire) -
                                    read_.load(std::memory_order_relaxed));
  }

  /// At most as many as there is room for.
  void write(const std::uint8_t* from, std::size_t bytes) noexcept {
    const std::uint64_t position = written_.load(std::memory_order_relaxed);
    const std::size_t at = position % kBytes;
    const std::size_t first = std::min(bytes, kBytes - at);
    std::memcpy(&bytes_[at], from, first);
    std::memcpy(bytes_.data(), from + first, bytes - first);
    written_.store(position + bytes, std::memory_order_release);
  }
  /// At most as many as are there.
  void read(std::uint8_t* into, std::size_t bytes) noexcept {
    const std::uint64_t position = read_.load(std::memory_order_relaxed);
    const std::size_t at = position % kBytes;
    const std::size_t first = std::min(bytes, kBytes - at);
    std::memcpy(into, &bytes_[at], first);
    std::memcpy(into + first, bytes_.data(), bytes - first);
    read_.store(position + bytes, std::memory_order_release);
  }

  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  void close() noexcept { closed_.store(true, std::memory_order_release); }

 private:
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> written_{0};
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> read_{0};
  alignas(kCacheLineBytes) std::atomic<bool> closed_{false};
  std::vector<std::uint8_t> bytes_;
};

/// All connections between two ends of one process.
struct LoopbackStreams {
  explicit LoopbackStreams(std::size_t count) : up(count), down(count) {}

  void close() noexcept {
    for (LoopbackStream& one : up) one.close();
    for (LoopbackStream& one : down) one.close();
    client_bell.ring();
    server_bell.ring();
  }

  std::vector<LoopbackStream> up;
  std::vector<LoopbackStream> down;
  LoopbackBell client_bell;
  LoopbackBell server_bell;
};

}  // namespace xr
