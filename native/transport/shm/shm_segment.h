#pragma once

#include <cstddef>
#include <cstdint>

#include "base/unique_fd.h"
#include "transport/wait/deadline.h"

namespace xr {

/// Memory that two processes share: a memfd without a name, which goes with the last of them. Its
/// size is sealed, so that neither can take it away under the other (memfd_create(2)).
class ShmSegment {
 public:
  ShmSegment() = default;
  ~ShmSegment() { reset(); }
  ShmSegment(ShmSegment&& other) noexcept;
  ShmSegment& operator=(ShmSegment&& other) noexcept;
  ShmSegment(const ShmSegment&) = delete;
  ShmSegment& operator=(const ShmSegment&) = delete;

  /// Makes one, all zero, and hands it to the peer at the other end of this AF_UNIX socket.
  static ShmSegment share(int socket, std::size_t bytes);
  /// Takes what the peer hands over. Throws where that is not `bytes` long, or not sealed.
  static ShmSegment take(int socket, std::size_t bytes, const Deadline& deadline);

  explicit operator bool() const noexcept { return memory_ != nullptr; }
  std::uint8_t* data() const noexcept { return memory_; }
  void reset() noexcept;

 private:
  ShmSegment(int fd, std::size_t bytes);

  std::uint8_t* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace xr
