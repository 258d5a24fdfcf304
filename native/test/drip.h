#pragma once

#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace xr::test {

/// Does the same again and again on a thread of its own, with a pause in between, until it is
/// destroyed or has done it `most` times.
class Drip {
 public:
  Drip(std::function<void()> once, std::uint64_t pause_ns, unsigned most)
      : thread_([this, once = std::move(once), pause_ns, most] {
          std::unique_lock lock(mutex_);
          for (unsigned done = 0; done < most && !is_over_; ++done) {
            once();
            over_.wait_for(lock, std::chrono::nanoseconds(pause_ns), [this] { return is_over_; });
          }
        }) {}
  ~Drip() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    over_.notify_one();
    thread_.join();
  }
  Drip(const Drip&) = delete;
  Drip& operator=(const Drip&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

/// For a drip. What does not fit the socket's buffer is not missed.
inline std::function<void()> sending(int fd, std::vector<std::uint8_t> datagram) {
  return [fd, datagram = std::move(datagram)] {
    ::send(fd, datagram.data(), datagram.size(), MSG_DONTWAIT);
  };
}

}  // namespace xr::test
