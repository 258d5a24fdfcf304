#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace xr {

/// Message memory that begins on a page, as the kernel copies it fastest, and is touched before it
/// is used, so that no page fault falls into the measurement. Not zero: pages of zeros can be
/// shared and would be copied from cache.
class PageBuffer {
 public:
  explicit PageBuffer(std::size_t bytes = 0) : bytes_(bytes), memory_(allocate(bytes)) {
    std::memset(memory_.get(), 0x5a, bytes_);
  }

  std::uint8_t* data() noexcept { return memory_.get(); }
  const std::uint8_t* data() const noexcept { return memory_.get(); }
  std::size_t size() const noexcept { return bytes_; }

 private:
  static constexpr std::size_t kPageBytes = 4096;

  struct Free {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };
  using Memory = std::unique_ptr<std::uint8_t[], Free>;

  static Memory allocate(std::size_t bytes) {
    const std::size_t pages = (bytes + kPageBytes - 1) / kPageBytes;
    void* memory = std::aligned_alloc(kPageBytes, pages == 0 ? kPageBytes : pages * kPageBytes);
    if (memory == nullptr) throw std::bad_alloc();
    return Memory(static_cast<std::uint8_t*>(memory));
  }

  std::size_t bytes_;
  Memory memory_;
};

}  // namespace xr
