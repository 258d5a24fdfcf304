#pragma once

#include <cstdint>

namespace xr {

/// How many messages of `message_bytes` end among the next `bytes` of a stream of which `offset`
/// have come before: those of each stream are counted by themselves, for halves on two streams are
/// no message.
constexpr std::uint64_t messages_ended(std::uint64_t offset, std::uint64_t bytes,
                                       std::uint64_t message_bytes) noexcept {
  return (offset + bytes) / message_bytes - offset / message_bytes;
}

}  // namespace xr
