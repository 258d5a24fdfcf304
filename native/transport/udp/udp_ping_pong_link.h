#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/datagram/sequence_window.h"
#include "transport/pattern.h"
#include "transport/socket/options.h"
#include "transport/udp/path_mtu.h"
#include "transport/wait/spin_guard.h"
#include "transport/wait/stray.h"
#include "workload/io.h"

namespace xr {

/// The data path of one connected UDP socket for ping-pong. Each message carries a sequence number
/// in its first bytes, as much of it as there is room for; the responder sends back what came. A
/// round trip is one send and one recv.
template <WaitPolicy kWait>
class UdpPingPongLink {
 public:
  /// With `kBlock` the socket's SO_RCVTIMEO is the message timeout at the initiator and the idle
  /// timeout at the responder. `base` is the number of the first message.
  UdpPingPongLink(int fd, std::uint64_t message_bytes, std::uint64_t base,
                  std::uint64_t message_timeout_ns, std::uint64_t idle_timeout_ns, bool verify,
                  const StopFlag& stop)
      : fd_(fd),
        message_bytes_(message_bytes),
        width_(sequence_width(message_bytes)),
        arrived_(width_, base),
        out_(message_bytes),
        in_(longest_bytes(message_bytes)),
        message_timeout_ns_(message_timeout_ns),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        verify_(verify),
        number_(base) {}

  static constexpr std::size_t buffer_bytes(std::uint64_t message_bytes) noexcept {
    return message_bytes + longest_bytes(message_bytes);
  }

  Io send_request() noexcept {
    if (verify_) [[unlikely]]
      write_pattern(out_.data(), message_bytes_, number_);
    write_sequence(out_.data(), number_, width_);
    const Io io = send_datagram(out_.data());
    if (io == Io::kRefused) give_up();
    return io;
  }

  Io receive_reply() noexcept {
    const std::uint64_t wanted = read_sequence(out_.data(), width_);
    SpinGuard guard(message_timeout_ns_, stop_);
    for (;;) {
      if (const Io io = receive_datagram(guard); io != Io::kOk) [[unlikely]]
        return io == Io::kStalled ? lose() : io;
      const std::uint64_t got = read_sequence(in_.data(), width_);
      if (got == wanted) [[likely]] {
        arrived_.accept(got, arrival_counters_);
        ++number_;
        lost_for_ns_ = 0;
        if (verify_) [[unlikely]]
          differs_ = std::memcmp(in_.data(), out_.data(), message_bytes_) != 0;
        return differs_ ? Io::kError : Io::kOk;
      }
      // An answer to a message that was given up is late; a second one to the same message is a
      // duplicate.
      const bool is_late = arrived_.accept(got, arrival_counters_);
      counters_.late += is_late ? 1 : 0;
      // The peer is there, if it is slow.
      if (is_late) lost_for_ns_ = 0;
      if (const Io io = after_stray(guard); io != Io::kOk)
        return io == Io::kStalled ? lose() : io;
    }
  }

  Io receive_request() noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      if (const Io io = receive_datagram(guard); io != Io::kOk) [[unlikely]]
        return io;
      const std::uint64_t strangers_before = arrival_counters_.strangers;
      arrived_.accept(read_sequence(in_.data(), width_), arrival_counters_);
      if (arrival_counters_.strangers == strangers_before) [[likely]]
        return Io::kOk;
      if (const Io io = after_stray(guard); io != Io::kOk) return io;
    }
  }

  Io send_reply() noexcept {
    const Io io = send_datagram(in_.data());
    // The initiator will miss it and count it; for this end the run goes on.
    return io == Io::kRefused ? Io::kOk : io;
  }

  Counters& counters() noexcept { return counters_; }

  void refresh() noexcept {
    counters_.duplicates = arrival_counters_.duplicates;
    counters_.strangers = arrival_counters_.strangers;
    counters_.local_drops = refused_by_stack_ + socket_drops(fd_);
  }

  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    return differs_ ? std::optional(mismatch_fault()) : std::nullopt;
  }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

  /// One byte more than a message: a longer datagram shows as one.
  static constexpr std::size_t longest_bytes(std::uint64_t message_bytes) noexcept {
    return message_bytes + 1;
  }

  void give_up() noexcept {
    counters_.lost += 1;
    ++number_;
  }

  /// No answer came in time.
  Io lose() noexcept {
    give_up();
    lost_for_ns_ += message_timeout_ns_;
    return lost_for_ns_ >= idle_timeout_ns_ ? Io::kStalled : Io::kLost;
  }

  /// kOk: there is time for another receive.
  Io after_stray(SpinGuard& guard) noexcept {
    failure_ = {"recv", 0};
    return await_after_stray<kWait>(fd_, guard);
  }

  /// kRefused: by ENOBUFS or EAGAIN.
  Io send_datagram(const std::uint8_t* message) noexcept {
    awaited_ = message;
    for (unsigned news = 0;;) {
      if (::send(fd_, message, message_bytes_, kFlags | MSG_NOSIGNAL) >= 0) [[likely]]
        return Io::kOk;
      failure_ = {"send", errno};
      if (stop_.is_set()) return Io::kStopped;
      if (errno == EINTR) continue;
      if (is_news_of_path(errno) && ++news <= kMostNewsOfPath) continue;
      if (errno == ENOBUFS || errno == EAGAIN) {
        ++refused_by_stack_;
        return Io::kRefused;
      }
      return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  /// kStalled when nothing of this length came within the limit.
  Io receive_datagram(SpinGuard& guard) noexcept {
    for (;;) {
      const ssize_t got = ::recv(fd_, in_.data(), in_.size(), kFlags);
      if (got == static_cast<ssize_t>(message_bytes_)) [[likely]]
        return Io::kOk;
      if (got >= 0) {
        // Nothing of ours has another length; zero is also what a stopped socket says.
        if (awaited_ == in_.data()) awaited_ = nullptr;
        if (stop_.is_set()) return Io::kStopped;
        if (!may_be_greeting(static_cast<std::size_t>(got), in_.size()))
          arrival_counters_.strangers += 1;
        if (const Io io = after_stray(guard); io != Io::kOk) return io;
        continue;
      }
      failure_ = {"recv", errno};
      if (errno == EAGAIN || errno == EWOULDBLOCK) [[likely]] {
        if constexpr (kWait == WaitPolicy::kBlock)
          return stop_.is_set() ? Io::kStopped : Io::kStalled;
        if (const Io io = guard.poll(); io != Io::kOk) return io;
        continue;
      }
      if (stop_.is_set()) return Io::kStopped;
      if (errno == EINTR) continue;
      if (is_news_of_path(errno)) {
        if (const Io io = send_again(); io != Io::kOk && io != Io::kRefused) return io;
        if (const Io io = after_stray(guard); io != Io::kOk) return io;
        continue;
      }
      return errno == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  /// What a router refused was the last message, unless it has gone out again already: now the
  /// kernel cuts it into fragments.
  Io send_again() noexcept {
    if (awaited_ == nullptr) return Io::kOk;
    const Io io = send_datagram(awaited_);
    awaited_ = nullptr;
    return io;
  }

  int fd_;
  std::uint64_t message_bytes_;
  unsigned width_;
  /// Of replies at the initiator, of requests at the responder.
  SequenceWindow arrived_;
  PageBuffer out_;
  PageBuffer in_;
  std::uint64_t message_timeout_ns_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  bool verify_;
  bool differs_ = false;
  Counters counters_;
  Counters arrival_counters_;
  IoFailure failure_;
  /// Of what was sent last, as long as it is there and has been sent once.
  const std::uint8_t* awaited_ = nullptr;
  std::uint64_t number_;
  std::uint64_t lost_for_ns_ = 0;
  std::uint64_t refused_by_stack_ = 0;
};

}  // namespace xr
