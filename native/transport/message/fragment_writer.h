#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/page_buffer.h"
#include "transport/message/message_shape.h"
#include "transport/pattern.h"
#include "workload/message_head.h"

namespace xr {

/// Makes the datagram of a message that `part` says, of at most `most_bytes`, and gives its length.
inline std::size_t write_fragment(std::uint8_t* to, std::size_t most_bytes, const MessageHead& head,
                                  const FragmentHead& part, bool verify) noexcept {
  write_fragment_head(to, part);
  std::size_t own = kFragmentHeadBytes;
  if (part.fragment == 0) {
    write_head(to + own, head);
    own += kMessageHeadBytes;
  }
  const std::uint64_t each = most_bytes - kFragmentHeadBytes;
  const std::uint64_t all = kMessageHeadBytes + head.length;
  const std::uint64_t here = std::min(each, all - part.fragment * each);
  const std::size_t bytes = kFragmentHeadBytes + static_cast<std::size_t>(here);
  if (verify) [[unlikely]]
    write_pattern(to + own, bytes - own, part.datagram);
  return bytes;
}

/// The datagrams that a message is cut into. Each has its own pattern, by its number, so that it
/// can be checked whatever became of the others.
class FragmentWriter {
 public:
  FragmentWriter(const MessageShape& shape, std::size_t most_datagram_bytes)
      : buffer_(most_datagram_bytes), verify_(shape.verify) {}

  std::size_t datagram_bytes() const noexcept { return buffer_.size(); }

  /// How many datagrams of at most `datagram_bytes` a payload takes.
  static std::uint64_t fragments_of(std::uint64_t payload_bytes,
                                    std::size_t datagram_bytes) noexcept {
    const std::uint64_t bytes = payload_bytes + kMessageHeadBytes;
    const std::uint64_t each = datagram_bytes - kFragmentHeadBytes;
    return (bytes + each - 1) / each;
  }

  /// Makes one of them, and gives its length. `data()` are its bytes.
  std::size_t write(const MessageHead& head, const FragmentHead& part) noexcept {
    return write_fragment(buffer_.data(), buffer_.size(), head, part, verify_);
  }

  const std::uint8_t* data() const noexcept { return buffer_.data(); }

 private:
  PageBuffer buffer_;
  bool verify_;
};

/// The longest payload that 65,535 datagrams can carry.
inline std::uint64_t most_payload_bytes(std::size_t datagram_bytes) noexcept {
  return std::uint64_t{0xffff} * (datagram_bytes - kFragmentHeadBytes) - kMessageHeadBytes;
}

/// Whether what a datagram holds behind its heads is what its number says.
inline bool holds_pattern(const std::uint8_t* datagram, std::size_t bytes) noexcept {
  const FragmentHead part = read_fragment_head(datagram);
  const std::size_t own = kFragmentHeadBytes + (part.fragment == 0 ? kMessageHeadBytes : 0);
  return bytes >= own && find_mismatch(datagram + own, bytes - own, part.datagram) == bytes - own;
}

}  // namespace xr
