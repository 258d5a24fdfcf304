#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/datagram/sequence_window.h"
#include "transport/pattern.h"
#include "transport/datagram/local_drops.h"
#include "transport/udp/path_mtu.h"
#include "transport/wait/spin_guard.h"
#include "transport/wait/stray.h"
#include "workload/io.h"

namespace xr {

/// The sending side of a UDP stream: numbered datagrams, many per system call.
template <WaitPolicy kWait>
class UdpSenderLink {
 public:
  /// `segments` > 1 needs UDP_SEGMENT set to `message_bytes` on the socket. `base` is the number of
  /// the first message.
  UdpSenderLink(int fd, std::uint64_t message_bytes, std::uint64_t base, std::uint64_t segments,
                std::uint64_t idle_timeout_ns, bool verify, const StopFlag& stop)
      : fd_(fd),
        message_bytes_(message_bytes),
        width_(sequence_width(message_bytes)),
        base_(base),
        segments_(segments),
        idle_timeout_ns_(idle_timeout_ns),
        verify_(verify),
        stop_(stop),
        buffer_(buffer_bytes(message_bytes, segments)) {
    single_sends_ = sends_of(message_bytes, 1);
    sends_ = sends_of(message_bytes, segments);
    const std::size_t most = std::max(sends_, single_sends_);
    vectors_.resize(most);
    headers_.resize(most);
  }

  static constexpr std::size_t buffer_bytes(std::uint64_t message_bytes,
                                            std::uint64_t segments) noexcept {
    return std::max<std::size_t>(sends_of(message_bytes, segments) * segments,
                                 sends_of(message_bytes, 1)) *
           message_bytes;
  }

  Io send_some(std::uint64_t most) noexcept {
    const std::uint64_t room = sends_ * segments_;
    const std::uint64_t messages = std::min(most, room);
    const unsigned sends = fill(messages);
    unsigned done = 0;
    unsigned news = 0;
    SpinGuard guard(idle_timeout_ns_, stop_);
    while (done < sends) {
      const int sent = ::sendmmsg(fd_, headers_.data() + done, sends - done, kFlags | MSG_NOSIGNAL);
      if (sent > 0) [[likely]] {
        for (int i = 0; i < sent; ++i) count(vectors_[done + static_cast<unsigned>(i)].iov_len);
        done += static_cast<unsigned>(sent);
        news = 0;
        guard.progressed();
        continue;
      }
      failure_ = {"sendmmsg", errno};
      if (stop_.is_set()) return Io::kStopped;
      if (errno == EINTR) continue;
      if (errno == ECONNREFUSED) return Io::kClosed;
      if (errno == ENOBUFS) {
        // The stack refused this one; it never was on the wire and takes no number with it.
        refused_by_stack_ += vectors_[done].iov_len / message_bytes_;
        return Io::kOk;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if constexpr (kWait == WaitPolicy::kBlock) return Io::kStalled;
        if (const Io io = guard.poll(); io != Io::kOk) return io;
        continue;
      }
      // What was not sent takes no number with it, and goes out next time.
      if (cannot_segment(errno) && stop_segmenting()) return Io::kOk;
      if (is_news_of_path(errno) && ++news <= kMostNewsOfPath) continue;
      return Io::kError;
    }
    return Io::kOk;
  }

  /// Datagrams, each of one message.
  std::uint64_t send_units() const noexcept { return datagrams_; }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = refused_by_stack_; }
  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;
  // Enough to spread a system call over many datagrams, little enough to stay in the second-level
  // cache.
  static constexpr std::size_t kBatchBytes = std::size_t{128} << 10;

  /// In one system call.
  static constexpr std::size_t sends_of(std::uint64_t message_bytes,
                                        std::uint64_t segments) noexcept {
    if (segments > 1) return 2;
    return std::clamp<std::size_t>(kBatchBytes / message_bytes, 1, kBatchDatagrams);
  }

  /// Linux before 6.11 refuses UDP_SEGMENT with EIO where the device does not compute checksums,
  /// and tells so only here. None cuts segments into fragments: where the path has become smaller
  /// than a message, that is EMSGSIZE, or EINVAL (udp_send_skb in net/ipv4/udp.c).
  bool cannot_segment(int error) const noexcept {
    if (segments_ <= 1) return false;
    return error == EIO || error == EINVAL ||
           (is_news_of_path(error) && !fits_path(fd_, message_bytes_));
  }

  /// From now on one datagram per message.
  bool stop_segmenting() noexcept {
    const int off = 0;
    if (::setsockopt(fd_, SOL_UDP, UDP_SEGMENT, &off, sizeof off) != 0) return false;
    segments_ = 1;
    sends_ = single_sends_;
    return true;
  }

  void count(std::size_t bytes) noexcept {
    // The kernel cuts it into datagrams of a message each, or it is one.
    datagrams_ += segments_ > 1 ? bytes / message_bytes_ : 1;
    counters_.messages += bytes / message_bytes_;
    counters_.bytes += bytes;
  }

  /// Numbers `messages` messages and spreads them over as few sends as hold them.
  unsigned fill(std::uint64_t messages) noexcept {
    std::uint8_t* at = buffer_.data();
    unsigned sends = 0;
    std::uint64_t number = base_ + counters_.messages;
    for (std::uint64_t left = messages; left > 0;) {
      const std::uint64_t here = std::min(left, segments_);
      vectors_[sends] = {at, here * message_bytes_};
      std::memset(&headers_[sends], 0, sizeof headers_[sends]);
      headers_[sends].msg_hdr.msg_iov = &vectors_[sends];
      headers_[sends].msg_hdr.msg_iovlen = 1;
      for (std::uint64_t i = 0; i < here; ++i, at += message_bytes_) {
        if (verify_) [[unlikely]]
          write_pattern(at, message_bytes_, number);
        write_sequence(at, number++, width_);
      }
      ++sends;
      left -= here;
    }
    return sends;
  }

  int fd_;
  std::uint64_t message_bytes_;
  unsigned width_;
  std::uint64_t base_;
  std::uint64_t segments_;
  std::size_t sends_ = 1;
  std::size_t single_sends_ = 1;
  std::uint64_t idle_timeout_ns_;
  bool verify_;
  const StopFlag& stop_;
  PageBuffer buffer_;
  std::vector<iovec> vectors_;
  std::vector<mmsghdr> headers_;
  Counters counters_;
  IoFailure failure_;
  std::uint64_t datagrams_ = 0;
  std::uint64_t refused_by_stack_ = 0;
};

/// The receiving side of a UDP stream: as many datagrams per system call as are there, merged ones
/// (UDP_GRO) taken apart by their segment size.
template <WaitPolicy kWait>
class UdpReceiverLink {
 public:
  /// `gro`: merging is on; `tell_drops` was called on the socket.
  UdpReceiverLink(int fd, std::uint64_t message_bytes, std::uint64_t base, bool gro,
                  std::uint64_t idle_timeout_ns, bool verify, const StopFlag& stop)
      : fd_(fd),
        message_bytes_(message_bytes),
        width_(sequence_width(message_bytes)),
        window_(width_, base),
        idle_timeout_ns_(idle_timeout_ns),
        verify_(verify),
        stop_(stop),
        receiver_(longest_bytes(message_bytes), gro) {}

  /// As long as nobody knows whether the kernel merges, which was asked for or not.
  static constexpr std::size_t most_buffer_bytes(std::uint64_t message_bytes,
                                                 bool gro_asked) noexcept {
    return DatagramReceiver::most_buffer_bytes(longest_bytes(message_bytes), gro_asked);
  }

  Io receive_some() noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      const int got = receiver_.receive(fd_, kFlags);
      if (got > 0) [[likely]] {
        bool any = false;
        const std::size_t empty = receiver_.for_each_with_drops(
            got, [&](std::uint32_t dropped, std::size_t together, const std::uint8_t* data,
                     std::size_t length) {
              drops_.saw_buffer(together);
              if (length == message_bytes_) [[likely]] {
                any |= take(dropped, data);
              } else if (!may_be_greeting(length, message_bytes_ + 1)) {
                counters_.strangers += 1;
              }
            });
        if (empty != 0) [[unlikely]] {
          // A stranger's, or what a socket says that was shut down.
          if (stop_.is_set()) return Io::kStopped;
          counters_.strangers += empty;
        }
        if (any) [[likely]]
          return differs_ ? Io::kError : Io::kOk;
        failure_ = {"recvmmsg", 0};
        if (const Io io = await_after_stray<kWait>(fd_, guard); io != Io::kOk) return io;
        continue;
      }
      failure_ = {"recvmmsg", errno};
      if (stop_.is_set()) return Io::kStopped;
      if (errno == EINTR || is_news_of_path(errno)) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if constexpr (kWait == WaitPolicy::kBlock) return Io::kStalled;
        if (const Io io = guard.poll(); io != Io::kOk) return io;
        continue;
      }
      return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    return differs_ ? std::optional(mismatch_fault()) : std::nullopt;
  }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : MSG_WAITFORONE;

  /// One byte more than a message: a longer datagram shows as one.
  static constexpr std::size_t longest_bytes(std::uint64_t message_bytes) noexcept {
    return message_bytes + 1;
  }

  /// False of a stranger's.
  bool take(std::uint32_t dropped, const std::uint8_t* message) noexcept {
    const std::uint64_t lost_before = counters_.lost;
    const std::uint64_t strangers_before = counters_.strangers;
    const std::uint64_t number = read_sequence(message, width_);
    const bool is_new = window_.accept(number, counters_);
    drops_.account(dropped, lost_before, counters_);
    // All that stands behind the number. Where there is anything, the number is whole.
    const bool is_senders = counters_.strangers == strangers_before;
    if (verify_ && is_senders) [[unlikely]]
      differs_ |= !holds_pattern_behind(width_, message, message_bytes_, number);
    if (!is_new) return is_senders;
    counters_.messages += 1;
    counters_.bytes += message_bytes_;
    return true;
  }

  int fd_;
  std::uint64_t message_bytes_;
  unsigned width_;
  SequenceWindow window_;
  std::uint64_t idle_timeout_ns_;
  bool verify_;
  bool differs_ = false;
  const StopFlag& stop_;
  DatagramReceiver receiver_;
  LocalDrops drops_;
  Counters counters_;
  IoFailure failure_;
};

}  // namespace xr
