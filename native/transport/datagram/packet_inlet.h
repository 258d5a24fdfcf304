#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/page_buffer.h"
#include "base/units.h"
#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/endpoint_spec.h"
#include "workload/io.h"

namespace xr {

/// A sleeping receive gives up after so long and looks at the timers: to be SO_RCVTIMEO of the
/// socket. Shorter than any probe timeout of QUIC, which includes the peer's 25 ms of
/// acknowledgement delay.
inline constexpr std::uint64_t kPacketNapNs = 20 * kNsPerMs;

/// Sleeps until `fd` can be read, for `ns` at most.
inline void nap_until_readable(int fd, std::uint64_t ns) noexcept {
  pollfd watched{fd, POLLIN, 0};
  const timespec limit{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
  ::ppoll(&watched, 1, &limit, nullptr);
}

/// What the kernel hands over as one: a packet, or several that it has merged.
struct KernelBuffer {
  /// From 1 on; 0 = none yet.
  std::uint64_t number = 0;
  /// How many of them it had dropped before this one, where the socket tells (`tell_drops`).
  std::uint32_t dropped_before = 0;
};

/// The receiving side of a connected UDP socket of which an engine has timers: waits for packets or
/// for a time, whichever is first.
template <WaitPolicy kWait>
class PacketInlet {
 public:
  /// `bulk`: many packets at a time, else one; none is larger than `largest_bytes`. `failure` is
  /// where it says what the socket had to complain of.
  PacketInlet(int fd, bool bulk, std::size_t largest_bytes, bool merging, const StopFlag& stop,
              IoFailure& failure)
      : fd_(fd), stop_(stop), failure_(failure), single_(bulk ? 0 : largest_bytes) {
    if (bulk) batch_.emplace(largest_bytes, merging);
  }

  /// As long as nobody knows whether the kernel merges, which was asked for or not.
  static constexpr std::size_t most_buffer_bytes(bool bulk, std::size_t largest_bytes,
                                                 bool merging_asked) noexcept {
    return bulk ? DatagramReceiver::most_buffer_bytes(largest_bytes, merging_asked) : largest_bytes;
  }

  /// Waits until packets came, each of which `take(data, length, now_ns)` has had, or `due_ns` did:
  /// kDue. kStalled when `note_life` was not called for `limit_ns`, in however many waits: a timer
  /// that was due meanwhile is no sign of life, nor is a packet, which anybody can send who forges
  /// an address. `take` gives kNothing for what changes nothing, after which it waits on; what it
  /// gives other than that and kOk ends it. 0: looks once.
  template <class Take>
  Io wait(std::uint64_t due_ns, std::uint64_t limit_ns, const Take& take) noexcept {
    if (limit_ns == 0) return look(due_ns, take);
    for (;;) {
      if constexpr (kWait == WaitPolicy::kBlock) {
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (is_silent_for(limit_ns, now_ns)) return stalled();
        if (now_ns >= due_ns) return Io::kDue;
        // Further away than a receive sleeps by itself: no second system call.
        const std::uint64_t left_ns =
            std::min(due_ns - now_ns, silent_since_ns_ + limit_ns + 1 - now_ns);
        const bool is_soon = left_ns < kPacketNapNs;
        if (is_soon) nap_until_readable(fd_, left_ns);
        if (const Io io = receive(is_soon ? MSG_DONTWAIT : 0, take); io != Io::kNothing) return io;
      } else {
        if (const Io io = receive(MSG_DONTWAIT, take); io != Io::kNothing) return io;
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (is_silent_for(limit_ns, now_ns)) return stalled();
        if (now_ns >= due_ns) return Io::kDue;
        if (stop_.is_set()) return Io::kStopped;
      }
    }
  }

  /// One receive of what is there already, which may be kNothing.
  template <class Take>
  Io poll(const Take& take) noexcept {
    return receive(MSG_DONTWAIT, take);
  }

  /// The peer itself has been heard: silence begins anew.
  void note_life() noexcept { silent_since_ns_ = 0; }

  /// After packets that were no sign of life, and of which there may be no end: kStalled when the
  /// limit is over, or else kOk.
  Io still_patient(std::uint64_t limit_ns) noexcept {
    if (limit_ns == 0 || !is_silent_for(limit_ns, monotonic_raw_ns())) return Io::kOk;
    return stalled();
  }

  std::uint64_t packets() const noexcept { return packets_; }
  /// Datagrams of length zero, which are nobody's packets.
  std::uint64_t empty() const noexcept { return empty_; }
  /// That of the packet which `take` has; only where many are taken at a time.
  const KernelBuffer& buffer() const noexcept { return buffer_; }
  /// Whether the path was said to carry less than was sent, since this was asked last.
  bool take_size_news() noexcept { return std::exchange(has_size_news_, false); }

 private:
  template <class Take>
  Io look(std::uint64_t due_ns, const Take& take) noexcept {
    if (const Io io = receive(MSG_DONTWAIT, take); io != Io::kNothing) return io;
    return monotonic_raw_ns() >= due_ns ? Io::kDue : stalled();
  }

  template <class Take>
  Io receive(int flags, const Take& take) noexcept {
    return batch_ ? receive_batch(flags == 0 ? MSG_WAITFORONE : flags, take)
                  : receive_one(flags, take);
  }

  template <class Take>
  Io receive_one(int flags, const Take& take) noexcept {
    const ssize_t got = ::recv(fd_, single_.data(), single_.size(), flags);
    if (got < 0) return nothing("recv");
    if (got == 0) {
      if (stop_.is_set()) return Io::kStopped;
      ++empty_;
      return Io::kNothing;
    }
    ++packets_;
    const Io io = take(single_.data(), static_cast<std::size_t>(got), monotonic_raw_ns());
    return io == Io::kNothing && stop_.is_set() ? Io::kStopped : io;
  }

  template <class Take>
  Io receive_batch(int flags, const Take& take) noexcept {
    const int got = batch_->receive(fd_, flags);
    if (got < 0) return nothing("recvmmsg");
    const std::uint64_t now_ns = monotonic_raw_ns();
    Io io = Io::kNothing;
    std::size_t left_in_buffer = 0;
    const auto take_one = [&](std::uint32_t dropped, std::size_t together, const std::uint8_t* data,
                              std::size_t length) {
      if (left_in_buffer == 0) {
        left_in_buffer = together;
        ++buffer_.number;
        buffer_.dropped_before = dropped;
      }
      --left_in_buffer;
      if (io != Io::kOk && io != Io::kNothing) return;
      ++packets_;
      if (const Io one = take(data, length, now_ns); one != Io::kNothing) io = one;
    };
    const std::size_t empty = batch_->for_each_with_drops(got, take_one);
    if (io == Io::kNothing && stop_.is_set()) return Io::kStopped;
    empty_ += empty;
    return io;
  }

  Io nothing(const char* op) noexcept {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) [[likely]]
      return stop_.is_set() && kWait == WaitPolicy::kBlock ? Io::kStopped : Io::kNothing;
    if (stop_.is_set()) return Io::kStopped;
    if (error == EINTR) return Io::kNothing;
    if (error == EMSGSIZE) {
      // A router has said that a packet was too large for what follows: news, of a send before.
      has_size_news_ = true;
      return Io::kNothing;
    }
    failure_ = {op, error};
    return error == ECONNREFUSED ? Io::kClosed : Io::kError;
  }

  /// Silence is counted from the first wait after the last sign of life.
  bool is_silent_for(std::uint64_t limit_ns, std::uint64_t now_ns) noexcept {
    if (silent_since_ns_ == 0) silent_since_ns_ = now_ns;
    return now_ns - silent_since_ns_ > limit_ns;
  }

  Io stalled() noexcept {
    // What is asked for next has its own time.
    silent_since_ns_ = 0;
    failure_ = {"recv", 0};
    return stop_.is_set() ? Io::kStopped : Io::kStalled;
  }

  int fd_;
  const StopFlag& stop_;
  IoFailure& failure_;
  PageBuffer single_;
  std::optional<DatagramReceiver> batch_;
  std::uint64_t packets_ = 0;
  std::uint64_t empty_ = 0;
  KernelBuffer buffer_;
  std::uint64_t silent_since_ns_ = 0;
  bool has_size_news_ = false;
};

}  // namespace xr
