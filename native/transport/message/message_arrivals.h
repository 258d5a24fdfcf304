#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "workload/message_head.h"

namespace xr {

/// Messages that are complete and not taken yet, in fixed memory.
class MessageArrivals {
 public:
  explicit MessageArrivals(std::size_t most) : heads_(most) {}

  bool is_empty() const noexcept { return first_ == end_; }
  bool is_full() const noexcept { return end_ == heads_.size(); }
  std::size_t size() const noexcept { return end_ - first_; }
  /// Not when it is full.
  void add(const MessageHead& head) noexcept { heads_[end_++] = head; }

  std::span<const MessageHead> all() const noexcept { return {&heads_[first_], end_ - first_}; }
  void taken(std::size_t count) noexcept {
    first_ += count;
    if (first_ == end_) first_ = end_ = 0;
  }

 private:
  std::vector<MessageHead> heads_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace xr
