#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace xr {

/// Whole pages, zeroed, in place, and not shared with forked children: registered pages must stay
/// where they are in this process whatever happens to its copies.
class PinnablePages {
 public:
  PinnablePages() = default;
  /// The pages come from NUMA node `numa_node` where it has any and the kernel lets us choose
  /// (containers often do not), whichever thread this is; without one from the thread's own. Throws
  /// NO_MEMORY.
  explicit PinnablePages(std::size_t bytes, std::optional<int> numa_node = std::nullopt);
  ~PinnablePages() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }
  PinnablePages(PinnablePages&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  PinnablePages& operator=(PinnablePages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  PinnablePages(const PinnablePages&) = delete;
  PinnablePages& operator=(const PinnablePages&) = delete;

  std::uint8_t* data() const noexcept { return static_cast<std::uint8_t*>(data_); }
  std::size_t bytes() const noexcept { return bytes_; }

  /// The node that all pages lie on, as the kernel tells it; empty where they lie on several, or it
  /// does not tell.
  std::optional<int> numa_node() const;

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace xr
