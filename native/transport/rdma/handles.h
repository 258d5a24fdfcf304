#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "transport/rdma/verbs.h"

namespace xr {

/// Gives a handle back through the loaded library; only ever made after `verbs()` has succeeded.
#define XR_HANDLE(Name, Type, destroy)                                        \
  struct Name##Destroyer {                                                    \
    void operator()(Type* handle) const noexcept { verbs().destroy(handle); } \
  };                                                                          \
  using Name = std::unique_ptr<Type, Name##Destroyer>

XR_HANDLE(DeviceContext, ibv_context, close_device);
XR_HANDLE(ProtectionDomain, ibv_pd, dealloc_pd);
XR_HANDLE(MemoryRegion, ibv_mr, dereg_mr);
XR_HANDLE(CompletionChannel, ibv_comp_channel, destroy_comp_channel);
XR_HANDLE(CompletionQueue, ibv_cq, destroy_cq);
XR_HANDLE(QueuePair, ibv_qp, destroy_qp);
XR_HANDLE(AddressHandle, ibv_ah, destroy_ah);
#undef XR_HANDLE

/// Whole pages, zeroed, in place, and not shared with forked children: registered pages must stay
/// where they are in this process whatever happens to its copies.
class PinnablePages {
 public:
  PinnablePages() = default;
  /// Throws NO_MEMORY.
  explicit PinnablePages(std::size_t bytes);
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

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace xr
