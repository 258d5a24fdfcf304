#pragma once

#include <atomic>
#include <cstdint>

namespace xr {

enum class Phase : std::int64_t { kIdle = 0, kWarmup = 1, kMeasure = 2, kDone = 3 };

/// The shared block in which a run shows how far it is. JavaScript owns the memory (a BigInt64Array
/// of eight) and reads it with Atomics; one link of the run writes it. A null block means that
/// nothing shows it.
class Progress {
 public:
  explicit Progress(std::int64_t* slots) noexcept : slots_(slots) {}

  void phase(Phase value) noexcept { store(0, static_cast<std::int64_t>(value)); }
  void counts(std::uint64_t messages, std::uint64_t bytes, std::uint64_t lost) noexcept {
    store(1, static_cast<std::int64_t>(messages));
    store(2, static_cast<std::int64_t>(bytes));
    store(3, static_cast<std::int64_t>(lost));
  }

 private:
  void store(int slot, std::int64_t value) noexcept {
    if (slots_ != nullptr)
      std::atomic_ref<std::int64_t>(slots_[slot]).store(value, std::memory_order_relaxed);
  }

  std::int64_t* slots_;
};

}  // namespace xr
