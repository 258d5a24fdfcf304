#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace xr {

// The perf protocol (draft-banks-quic-performance-00): a client opens a stream whose first eight
// bytes say, in network byte order, how many bytes it wants back; whatever follows counts for
// nothing. The answer comes on the same stream, or on one of the server's own where the client's
// goes one way only.

inline constexpr std::string_view kPerfAlpn = "perf";
inline constexpr std::size_t kPerfHeadBytes = 8;
/// An answer of this length goes on until the client asks for it to stop (STOP_SENDING).
inline constexpr std::uint64_t kPerfUntilStopped = std::numeric_limits<std::uint64_t>::max();

/// Codes of RESET_STREAM and STOP_SENDING. The draft names none.
enum class PerfCode : std::uint64_t {
  kDone = 0,
  /// The stream ended before its first eight bytes did.
  kNoLength = 1,
  /// More was wanted than this server gives.
  kTooMuch = 2,
};

/// The first eight bytes of a request, however they are cut.
class PerfHead {
 public:
  void take(const std::uint8_t* data, std::size_t length) noexcept {
    const std::size_t here = std::min(length, kPerfHeadBytes - got_);
    for (std::size_t i = 0; i < here; ++i) value_ = value_ << 8 | data[i];
    got_ += here;
  }
  bool is_complete() const noexcept { return got_ == kPerfHeadBytes; }
  std::uint64_t response_bytes() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0;
  std::size_t got_ = 0;
};

inline std::array<std::uint8_t, kPerfHeadBytes> perf_head(std::uint64_t response_bytes) noexcept {
  std::array<std::uint8_t, kPerfHeadBytes> head{};
  for (std::size_t i = 0; i < kPerfHeadBytes; ++i)
    head[i] = static_cast<std::uint8_t>(response_bytes >> (8 * (kPerfHeadBytes - 1 - i)));
  return head;
}

}  // namespace xr
