#pragma once

#include <cstddef>
#include <vector>

namespace xr {

/// First in, first out, in memory of its own for as many as there will ever be.
template <class Item>
class FixedQueue {
 public:
  explicit FixedQueue(std::size_t most) : items_(most) {}

  bool is_empty() const noexcept { return size_ == 0; }
  bool is_full() const noexcept { return size_ == items_.size(); }
  std::size_t size() const noexcept { return size_; }

  /// Not when it is empty.
  const Item& front() const noexcept { return items_[first_]; }
  void pop() noexcept {
    first_ = first_ + 1 == items_.size() ? 0 : first_ + 1;
    --size_;
  }
  /// Not when it is full.
  void push(const Item& item) noexcept {
    const std::size_t at = first_ + size_;
    items_[at < items_.size() ? at : at - items_.size()] = item;
    ++size_;
  }

 private:
  std::vector<Item> items_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace xr
