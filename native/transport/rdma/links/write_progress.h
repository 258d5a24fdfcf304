#pragma once

#include <cstdint>

namespace xr {

/// How many messages a sender of plain writes says it has written. It writes that into the memory
/// of the receiver, where it can write anything, at any time.
class WriteProgress {
 public:
  explicit WriteProgress(std::uint64_t message_bytes) noexcept
      : most_(kMostBytes / message_bytes) {}

  std::uint64_t messages() const noexcept { return messages_; }

  /// Takes what it says now. False where no sender of ours says that: fewer than before, or more
  /// than it can have written since, or than a result can tell of.
  bool accept(std::uint64_t said) noexcept {
    // Of fewer the difference is next to 2^64.
    if (said - messages_ > kFarthest || said > most_) [[unlikely]]
      return false;
    messages_ = said;
    return true;
  }

 private:
  /// More than any device writes in five minutes, for which nobody may have looked.
  static constexpr std::uint64_t kFarthest = std::uint64_t{1} << 36;
  /// The largest whole number that JSON keeps.
  static constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 53) - 1;

  std::uint64_t most_;
  std::uint64_t messages_ = 0;
};

}  // namespace xr
