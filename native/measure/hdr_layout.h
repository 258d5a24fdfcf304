#pragma once

#include <bit>
#include <cstdint>

namespace xr::hdr {

// The bucket layout of HdrHistogram for lowest discernible value 1, three significant digits: 2,048
// sub-buckets, of which the upper half is used from the second bucket on (HdrHistogram's own
// documentation of AbstractHistogram).
inline constexpr unsigned kSubBucketBits = 11;
inline constexpr unsigned kSubBucketCount = 1u << kSubBucketBits;
inline constexpr unsigned kSubBucketHalfCount = kSubBucketCount / 2;
/// 2,048 << 25 is the first power of two above 60 s in nanoseconds.
inline constexpr unsigned kBucketCount = 26;
inline constexpr unsigned kCountsLength = (kBucketCount + 1) * kSubBucketHalfCount;
/// 68.7 s. Above it a value is counted as overflow.
inline constexpr std::uint64_t kHighestTrackable =
    (static_cast<std::uint64_t>(kSubBucketCount) << (kBucketCount - 1)) - 1;

/// Index into the counts array, for 0 <= value <= kHighestTrackable.
constexpr unsigned index_of(std::uint64_t value) noexcept {
  const unsigned bucket =
      static_cast<unsigned>(std::bit_width(value | (kSubBucketCount - 1))) - kSubBucketBits;
  const auto sub_bucket = static_cast<unsigned>(value >> bucket);
  return bucket * kSubBucketHalfCount + sub_bucket;
}

static_assert(index_of(0) == 0 && index_of(2047) == 2047 && index_of(2048) == 2048 &&
              index_of(2050) == 2049);
static_assert(index_of(kHighestTrackable) == kCountsLength - 1);

}  // namespace xr::hdr
