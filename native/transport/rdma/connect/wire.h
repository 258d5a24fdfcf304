#pragma once

#include <cstdint>

namespace xr::wire {

/// In `wr_id`: a receive, with its buffer's number below. A send's `wr_id` is how many messages its
/// completion releases.
inline constexpr std::uint64_t kReceiveTag = std::uint64_t{1} << 63;

}  // namespace xr::wire
