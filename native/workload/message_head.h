#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xr {

// What a message link puts in front of messages. All numbers are little endian.
//
//   message head, in front of the payload, once per message, the same on every transport
//   at  bytes
//    0   4     length         of the payload behind it
//    4   4     flow           from 0
//    8   8     number         of the message, as its workload counts
//   16   8     intended time  when it was to go out, ns on the sender's clock
//   24  16     words          two numbers of the workload's own
//
//   fragment head, in front of each datagram where messages have to be cut into such
//   at  bytes
//    0   8     datagram       its number, from a base that both ends know and nobody can guess
//    8   4     flow           as in the head of its message
//   12   2     fragment       which of that this is, from 0; the first one holds the head
//   14   2     fragments      how many it has
//
// Neither is counted in sizes, bytes or goodput.
struct MessageHead {
  std::uint32_t length = 0;
  std::uint32_t flow = 0;
  std::uint64_t number = 0;
  std::uint64_t intended_ns = 0;
  std::array<std::uint64_t, 2> words{};
};

inline constexpr std::size_t kMessageHeadBytes = 40;

struct FragmentHead {
  std::uint64_t datagram = 0;
  std::uint32_t flow = 0;
  std::uint16_t fragment = 0;
  std::uint16_t fragments = 0;
};

inline constexpr std::size_t kFragmentHeadBytes = 16;

namespace detail {

template <class Number>
void put(std::uint8_t* to, Number number) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(to, &number, sizeof number);
  } else {
    for (std::size_t i = 0; i < sizeof number; ++i)
      to[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
}

template <class Number>
Number get(const std::uint8_t* from) noexcept {
  Number number = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&number, from, sizeof number);
  } else {
    for (std::size_t i = 0; i < sizeof number; ++i)
      number = static_cast<Number>(number | static_cast<Number>(from[i]) << (8 * i));
  }
  return number;
}

}  // namespace detail

inline void write_head(std::uint8_t* to, const MessageHead& head) noexcept {
  detail::put(to, head.length);
  detail::put(to + 4, head.flow);
  detail::put(to + 8, head.number);
  detail::put(to + 16, head.intended_ns);
  detail::put(to + 24, head.words[0]);
  detail::put(to + 32, head.words[1]);
}

inline MessageHead read_head(const std::uint8_t* from) noexcept {
  return {detail::get<std::uint32_t>(from),
          detail::get<std::uint32_t>(from + 4),
          detail::get<std::uint64_t>(from + 8),
          detail::get<std::uint64_t>(from + 16),
          {detail::get<std::uint64_t>(from + 24), detail::get<std::uint64_t>(from + 32)}};
}

inline void write_fragment_head(std::uint8_t* to, const FragmentHead& head) noexcept {
  detail::put(to, head.datagram);
  detail::put(to + 8, head.flow);
  detail::put(to + 12, head.fragment);
  detail::put(to + 14, head.fragments);
}

inline FragmentHead read_fragment_head(const std::uint8_t* from) noexcept {
  return {detail::get<std::uint64_t>(from), detail::get<std::uint32_t>(from + 8),
          detail::get<std::uint16_t>(from + 12), detail::get<std::uint16_t>(from + 14)};
}

}  // namespace xr
