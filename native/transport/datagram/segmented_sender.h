#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/page_buffer.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// Collects datagrams that are written one behind the other and hands them to the kernel in as few
/// calls as their lengths allow: a run of equal ones, of which only the last may be shorter, is one
/// call (udp(7), UDP_SEGMENT).
template <WaitPolicy kWait>
class SegmentedSender {
 public:
  SegmentedSender(int fd, std::size_t largest_bytes, bool segmenting, std::uint64_t idle_timeout_ns,
                  const StopFlag& stop)
      : fd_(fd),
        largest_bytes_(largest_bytes),
        segmenting_(segmenting && kMaxSendBytes / largest_bytes > 1),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        buffer_(buffer_bytes(largest_bytes, segmenting)) {}

  static constexpr std::size_t buffer_bytes(std::size_t largest_bytes, bool segmenting) noexcept {
    const bool has_runs = segmenting && kMaxSendBytes / largest_bytes > 1;
    // The one behind a full run may turn out to begin the next.
    return (has_runs ? kMaxSendBytes : largest_bytes) + largest_bytes;
  }

  /// Of a socket that is not connected: where datagrams go from now on. Nothing may be waiting, and
  /// the address has to stay.
  void set_destination(const SocketAddress& address) noexcept { destination_ = &address; }

  /// Where the next datagram is to be written; there is room for the largest.
  std::uint8_t* room() noexcept { return buffer_.data() + bytes_; }

  /// Takes what has been written to `room()`. Sends when the run is complete.
  Io add(std::size_t length) noexcept {
    if (count_ == 0) {
      begin(length);
    } else if (length > segment_) {
      std::uint8_t* longer = room();
      if (const Io io = flush(); io != Io::kOk) return io;
      std::memmove(buffer_.data(), longer, length);
      begin(length);
    }
    bytes_ += length;
    ++count_;
    if (length < segment_ || count_ == most_) return flush();
    return Io::kOk;
  }

  /// Sends what there is. What the kernel has no memory for is dropped, as a network would.
  Io flush() noexcept {
    const unsigned count = count_;
    const std::size_t bytes = bytes_;
    count_ = 0;
    bytes_ = 0;
    if (count == 0) return Io::kOk;
    packets_ += count;
    if (count == 1) return send_run(buffer_.data(), bytes, 0);
    const Io io = send_run(buffer_.data(), bytes, segment_);
    if (io != Io::kError || (failure_.errno_value != EIO && failure_.errno_value != EINVAL))
      return io;
    // Not every device and kernel can segment, and it is told only here.
    segmenting_ = false;
    for (std::size_t at = 0; at < bytes; at += segment_) {
      const Io one = send_run(buffer_.data() + at, std::min(segment_, bytes - at), 0);
      // It was not the segmenting: the path carries less than it did.
      if (one == Io::kError && failure_.errno_value == EMSGSIZE) segmenting_ = true;
      if (one != Io::kOk) return one;
    }
    return Io::kOk;
  }

  bool segmenting() const noexcept { return segmenting_; }
  /// So many datagrams of this length are one call.
  std::size_t run_datagrams(std::size_t bytes) const noexcept {
    if (!segmenting_) return 1;
    return std::clamp<std::size_t>(kMaxSendBytes / bytes, 1, kMaxSegments);
  }
  std::size_t largest_bytes() const noexcept { return largest_bytes_; }
  std::uint64_t packets() const noexcept { return packets_; }
  std::uint64_t calls() const noexcept { return calls_; }
  std::uint64_t refused() const noexcept { return refused_; }
  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr int kFlags = (kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0) | MSG_NOSIGNAL;

  void begin(std::size_t length) noexcept {
    segment_ = length;
    most_ = run_datagrams(length);
  }

  Io send_run(std::uint8_t* data, std::size_t bytes, std::size_t segment) noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      ++calls_;
      const ssize_t sent =
          segment == 0 ? send_single(data, bytes) : send_segmented(data, bytes, segment);
      if (sent >= 0) [[likely]]
        return Io::kOk;
      failure_ = {"send", errno};
      if (stop_.is_set()) return Io::kStopped;
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if constexpr (kWait == WaitPolicy::kBlock) return Io::kStalled;
        if (const Io io = guard.poll(); io != Io::kOk) return io;
        continue;
      }
      if (errno == ENOBUFS) {
        ++refused_;
        return Io::kOk;
      }
      return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  ssize_t send_single(const std::uint8_t* data, std::size_t bytes) noexcept {
    if (destination_ == nullptr) return ::send(fd_, data, bytes, kFlags);
    return ::sendto(fd_, data, bytes, kFlags, destination_->get(), destination_->length);
  }

  ssize_t send_segmented(std::uint8_t* data, std::size_t bytes, std::size_t segment) noexcept {
    iovec vector{data, bytes};
    union {
      cmsghdr align;
      std::uint8_t bytes[CMSG_SPACE(sizeof(std::uint16_t))];
    } control{};
    msghdr header{};
    if (destination_ != nullptr) {
      header.msg_name = const_cast<sockaddr_storage*>(&destination_->storage);
      header.msg_namelen = destination_->length;
    }
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = SOL_UDP;
    item->cmsg_type = UDP_SEGMENT;
    item->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto size = static_cast<std::uint16_t>(segment);
    std::memcpy(CMSG_DATA(item), &size, sizeof size);
    return ::sendmsg(fd_, &header, kFlags);
  }

  int fd_;
  std::size_t largest_bytes_;
  bool segmenting_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  const SocketAddress* destination_ = nullptr;
  PageBuffer buffer_;
  std::size_t bytes_ = 0;
  std::size_t segment_ = 0;
  /// So many of that length are a full run.
  std::size_t most_ = 1;
  unsigned count_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t refused_ = 0;
  IoFailure failure_;
};

}  // namespace xr
