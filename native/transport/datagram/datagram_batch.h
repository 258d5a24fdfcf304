#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/page_buffer.h"
#include "transport/socket/address.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace xr {

/// The kernel cuts a send of several messages into at most 64 datagrams (UDP_MAX_SEGMENTS of Linux
/// before 6.9).
inline constexpr std::uint64_t kMaxSegments = 64;
/// What one send may carry in all, headers included (udp(7)).
inline constexpr std::uint64_t kMaxSendBytes = 65'507;
inline constexpr std::size_t kBatchDatagrams = 64;

/// Has the kernel say with each datagram how many it had dropped before, because the socket's
/// buffer was full (SO_RXQ_OVFL, socket(7)).
inline void tell_drops(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

/// Lets the kernel merge datagrams of one sender (udp(7), UDP_GRO); false where it cannot.
inline bool enable_merging(int fd) noexcept {
  const int on = 1;
  return ::setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on) == 0;
}

/// Receives as many datagrams per system call as are there, and takes apart those that the kernel
/// merged.
class DatagramReceiver {
 public:
  /// `merging`: UDP_GRO is on, so that each slot has to hold a merged run. `naming`: the socket is
  /// not connected, and who sent a datagram matters.
  DatagramReceiver(std::size_t largest_bytes, bool merging, bool naming = false)
      : buffer_(buffer_bytes(largest_bytes, merging)) {
    const std::size_t slots = slots_of(merging);
    const std::size_t slot_bytes = buffer_.size() / slots;
    controls_.resize(slots);
    vectors_.resize(slots);
    headers_.resize(slots);
    if (naming) sources_.resize(slots);
    for (std::size_t i = 0; i < slots; ++i) {
      vectors_[i] = {buffer_.data() + i * slot_bytes, slot_bytes};
      std::memset(&headers_[i], 0, sizeof headers_[i]);
      headers_[i].msg_hdr.msg_iov = &vectors_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
      headers_[i].msg_hdr.msg_control = controls_[i].bytes;
    }
  }

  static constexpr std::size_t buffer_bytes(std::size_t largest_bytes, bool merging) noexcept {
    return slots_of(merging) * (merging ? kMostMergedBytes : largest_bytes);
  }
  /// As long as nobody knows whether the kernel merges, which was asked for or not.
  static constexpr std::size_t most_buffer_bytes(std::size_t largest_bytes, bool asked) noexcept {
    return std::max(buffer_bytes(largest_bytes, false), buffer_bytes(largest_bytes, asked));
  }

  /// recvmmsg(2) with `flags`: the number of slots filled, or -1 and errno.
  int receive(int fd, int flags) noexcept {
    // The kernel writes how long each control message was where it reads how much room there is.
    for (mmsghdr& header : headers_) header.msg_hdr.msg_controllen = sizeof(Control);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      headers_[i].msg_hdr.msg_name = &sources_[i].storage;
      headers_[i].msg_hdr.msg_namelen = sizeof sources_[i].storage;
    }
    return ::recvmmsg(fd, headers_.data(), static_cast<unsigned>(headers_.size()), flags, nullptr);
  }

  /// Calls `take(dropped, together, data, length)` for each datagram of the first `slots` slots, in
  /// order: how many buffers the kernel had dropped when this one came in, where `tell_drops` is
  /// on, and how many datagrams are in the same slot. A datagram of length zero, which is also what
  /// a stopped socket gives, is left out: gives how many of them there were.
  template <class Take>
  std::size_t for_each_with_drops(int slots, const Take& take) noexcept {
    return for_each_slot(
        slots, [&](std::size_t, const Told& told, std::uint8_t* data, std::size_t length) {
          take(told.dropped, told.datagrams, data, length);
        });
  }

  /// As above, `take(source, data, length)`; the receiver must be `naming`.
  template <class Take>
  void for_each_from(int slots, const Take& take) noexcept {
    for_each_slot(slots, [&](std::size_t slot, const Told&, std::uint8_t* data,
                             std::size_t length) {
      sources_[slot].length = headers_[slot].msg_hdr.msg_namelen;
      take(sources_[slot], data, length);
    });
  }

 private:
  static constexpr std::size_t kMostMergedBytes = 65'536;

  static constexpr std::size_t slots_of(bool merging) noexcept {
    return merging ? 4 : kBatchDatagrams;
  }

  /// What the kernel says beside the data of a slot.
  struct Told {
    std::size_t segment_bytes;
    /// It says nothing as long as it is zero.
    std::uint32_t dropped = 0;
    /// In this slot.
    std::size_t datagrams = 1;
  };

  template <class Take>
  std::size_t for_each_slot(int slots, const Take& take) noexcept {
    std::size_t empty = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(slots); ++i) {
      auto* data = static_cast<std::uint8_t*>(vectors_[i].iov_base);
      const std::size_t length = headers_[i].msg_len;
      empty += length == 0 ? 1 : 0;
      const Told told = read_controls(headers_[i].msg_hdr, length);
      for (std::size_t at = 0; at < length; at += told.segment_bytes)
        take(i, told, data + at, std::min(told.segment_bytes, length - at));
    }
    return empty;
  }

  union Control {
    cmsghdr align;
    std::uint8_t bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(std::uint32_t))];
  };

  static Told read_controls(msghdr& header, std::size_t length) noexcept {
    Told told{std::max<std::size_t>(length, 1)};
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
        int size = 0;
        std::memcpy(&size, CMSG_DATA(control), sizeof size);
        if (size <= 0) continue;
        told.segment_bytes = static_cast<std::size_t>(size);
        told.datagrams = (length + told.segment_bytes - 1) / told.segment_bytes;
      } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
        std::memcpy(&told.dropped, CMSG_DATA(control), sizeof told.dropped);
      }
    }
    return told;
  }

  PageBuffer buffer_;
  std::vector<Control> controls_;
  std::vector<iovec> vectors_;
  std::vector<mmsghdr> headers_;
  std::vector<SocketAddress> sources_;
};

}  // namespace xr
