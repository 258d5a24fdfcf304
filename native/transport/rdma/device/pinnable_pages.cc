#include "transport/rdma/device/pinnable_pages.h"

#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/error.h"

namespace xr {
namespace {

constexpr std::size_t kPageBytes = 4096;
// As many nodes as a kernel can be built for (Linux, NODES_SHIFT).
constexpr std::size_t kMostNodes = 1024;
constexpr std::size_t kWordBits = sizeof(unsigned long) * CHAR_BIT;

/// Preferred, not strict: a node without free memory must not end the process. Where the pages came
/// to lie is asked afterwards.
void prefer_node(void* data, std::size_t bytes, int node) noexcept {
  std::array<unsigned long, kMostNodes / kWordBits> nodes{};
  if (node < 0 || static_cast<std::size_t>(node) >= kMostNodes) return;
  const auto bit = static_cast<std::size_t>(node);
  nodes[bit / kWordBits] = 1ul << (bit % kWordBits);
  // The kernel takes one bit less than it is told of (mbind(2), NOTES).
  ::syscall(SYS_mbind, data, bytes, MPOL_PREFERRED, nodes.data(), kMostNodes + 1, 0);
}

}  // namespace

PinnablePages::PinnablePages(std::size_t bytes, std::optional<int> numa_node)
    : bytes_((bytes + kPageBytes - 1) / kPageBytes * kPageBytes) {
  void* data =
      ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw_errno("NO_MEMORY", "mmap");
  data_ = data;
  ::madvise(data_, bytes_, MADV_DONTFORK);
  if (numa_node) prefer_node(data_, bytes_, *numa_node);
  // In place from here on: no message waits for a page.
  for (std::size_t at = 0; at < bytes_; at += kPageBytes)
    static_cast<volatile std::uint8_t*>(data_)[at] = 0;
}

std::optional<int> PinnablePages::numa_node() const {
  std::array<void*, 256> pages{};
  std::array<int, 256> nodes{};
  std::optional<int> all;
  const std::size_t count = bytes_ / kPageBytes;
  for (std::size_t first = 0; first < count; first += pages.size()) {
    const std::size_t some = std::min(pages.size(), count - first);
    for (std::size_t i = 0; i < some; ++i) pages[i] = data() + (first + i) * kPageBytes;
    // Without nodes to move to it only tells (move_pages(2)).
    if (::syscall(SYS_move_pages, 0, some, pages.data(), nullptr, nodes.data(), 0) != 0) return {};
    for (std::size_t i = 0; i < some; ++i) {
      if (nodes[i] < 0 || (all && *all != nodes[i])) return {};
      all = nodes[i];
    }
  }
  return all;
}

}  // namespace xr
