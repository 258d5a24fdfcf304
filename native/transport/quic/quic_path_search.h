#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace xr {

/// The least that a path of QUIC's carries, UDP payload (RFC 9000 section 14).
inline constexpr std::size_t kLeastPayloadBytes = 1200;

/// Finds out how large the packets of one connection may be (RFC 8899 section 5.3): the largest
/// size first, then by halves among the sizes that networks have. It neither sends nor waits: who
/// owns it sends the probes, and tells what became of them.
class QuicPathSearch {
 public:
  /// Nothing above `kLeastPayloadBytes` counts as proven any more; `top_bytes` is the largest size
  /// to try.
  void begin(std::size_t top_bytes) noexcept {
    found_ = kLeastPayloadBytes;
    count_ = 0;
    for (const std::uint16_t bytes : kUsual)
      if (bytes < top_bytes) sizes_[count_++] = bytes;
    if (top_bytes > kLeastPayloadBytes) sizes_[count_++] = static_cast<std::uint16_t>(top_bytes);
    proven_ = 0;
    failed_ = count_ + 1;
    try_size(count_);
  }

  bool is_searching() const noexcept { return at_ != 0; }
  bool wants_probe() const noexcept { return at_ != 0 && sent_ < kCopies; }
  /// Of the packet to send now.
  std::size_t probe_bytes() const noexcept { return sizes_[at_ - 1]; }
  /// The largest packet that is known to arrive.
  std::size_t found_bytes() const noexcept { return found_; }
  /// The largest that the search may still come to.
  std::size_t possible_bytes() const noexcept {
    return at_ == 0 ? found_ : std::max<std::size_t>(found_, sizes_[failed_ - 2]);
  }

  /// What a probe of this size is to be known by.
  std::uint64_t id_of(std::size_t bytes) const noexcept { return round_ << 16 | bytes; }
  void on_sent() noexcept { ++sent_; }

  bool has_sent() const noexcept { return sent_ > 0; }
  /// There is no room for more copies now: those that are out have to do.
  void cut_short() noexcept {
    lost_ += kCopies - sent_;
    sent_ = kCopies;
  }

  void on_acked(std::uint64_t id) noexcept {
    const std::size_t bytes = id & 0xffff;
    found_ = std::max(found_, bytes);
    if (id >> 16 != round_ || at_ == 0) return;
    ++acked_;
    if (bytes >= probe_bytes() || acked_ + lost_ == kCopies) decide();
  }

  void on_lost(std::uint64_t id) noexcept {
    if (id >> 16 != round_ || at_ == 0) return;
    ++lost_;
    if (acked_ + lost_ == kCopies) decide();
  }

  /// What was sent right behind the probes with this ID, of a size that every path carries, was
  /// lost as well: their loss says nothing of their size, and they are to be sent again.
  void on_companion_lost(std::uint64_t id) noexcept {
    if (id >> 16 == round_ && at_ != 0) try_size(at_);
  }

  /// Something on the path says what it carries: nothing larger is tried, this is.
  void limit(std::size_t bytes) noexcept {
    if (at_ == 0 || bytes >= probe_bytes()) return;
    begin(bytes);
  }

 private:
  /// Of each size, in one flight: one loss by chance is no answer (RFC 8899 section 5.1.2).
  static constexpr unsigned kCopies = 3;
  /// What MTUs leave of themselves with IPv4 and IPv6: 1,280 and 1,300 to 1,500 in steps of 20,
  /// jumbo frames, and beyond them.
  static constexpr std::array<std::uint16_t, 20> kUsual = {
      1216, 1232, 1252, 1272, 1292, 1312, 1332, 1352, 1372,   1392,
      1412, 1432, 1444, 1452, 1472, 4016, 8952, 8972, 16'356, 32'740};

  void try_size(std::size_t at) noexcept {
    at_ = at;
    ++round_;
    sent_ = acked_ = lost_ = 0;
  }

  void decide() noexcept {
    (acked_ > 0 ? proven_ : failed_) = at_;
    try_size(failed_ - proven_ > 1 ? (failed_ + proven_) / 2 : 0);
  }

  std::array<std::uint16_t, kUsual.size() + 1> sizes_{};
  std::size_t count_ = 0;
  /// Places in `sizes_`, from 1: what arrives at most, what does not, what is tried; 0 = nothing.
  std::size_t proven_ = 0;
  std::size_t failed_ = 0;
  std::size_t at_ = 0;
  std::uint64_t round_ = 0;
  unsigned sent_ = 0;
  unsigned acked_ = 0;
  unsigned lost_ = 0;
  std::size_t found_ = kLeastPayloadBytes;
};

}  // namespace xr
