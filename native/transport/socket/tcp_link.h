#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/socket/socket_error.h"
#include "transport/socket/spin_guard.h"
#include "workload/io.h"
#include "workload/stream.h"

namespace xr {

/// The data path of one TCP connection, also where the kernel encrypts it. A round trip is one send
/// and one recv, more only where the kernel moves less than was asked for.
template <WaitPolicy kWait>
class TcpLink {
 public:
  /// `fd` stays the endpoint's. With `kBlock` its SO_RCVTIMEO and SO_SNDTIMEO are the idle timeout.
  TcpLink(int fd, std::uint64_t message_bytes, std::size_t buffer_bytes,
          std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : fd_(fd),
        message_bytes_(message_bytes),
        buffer_(buffer_bytes),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop) {}

  Io send_request() noexcept { return send_message(); }
  Io receive_reply() noexcept { return receive_message(); }
  Io receive_request() noexcept { return receive_message(); }
  Io send_reply() noexcept { return send_message(); }

  /// Who is let send without limit has more to send, and says so: the kernel then fills its
  /// segments, whatever TCP_NODELAY is.
  Io send_some(std::uint64_t most) noexcept {
    const Io io = send_message(most == kUnlimitedBatch ? MSG_MORE : 0);
    if (io == Io::kOk) [[likely]] {
      counters_.messages += 1;
      counters_.bytes += message_bytes_;
    }
    return io;
  }

  Io receive_some() noexcept {
    std::size_t received = 0;
    const Io io = receive(buffer_.data(), buffer_.size(), 0, received);
    counters_.bytes += received;
    counters_.messages = counters_.bytes / message_bytes_;
    return io;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

  Io send_message(int flags = 0) noexcept {
    std::size_t done = 0;
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      const ssize_t sent =
          ::send(fd_, buffer_.data() + done, message_bytes_ - done, kFlags | flags | MSG_NOSIGNAL);
      if (sent >= 0) [[likely]] {
        done += static_cast<std::size_t>(sent);
        if (done == message_bytes_) [[likely]]
          return Io::kOk;
        guard.progressed();
      } else if (const Io io = after_error("send", guard); io != Io::kOk) {
        return io;
      }
      if (stop_.is_set()) [[unlikely]]
        return Io::kStopped;
    }
  }

  Io receive_message() noexcept {
    std::size_t done = 0;
    while (done < message_bytes_) {
      std::size_t received = 0;
      // MSG_WAITALL lets a sleeping call return once, when all is there.
      const Io io = receive(buffer_.data() + done, message_bytes_ - done, MSG_WAITALL, received);
      if (io != Io::kOk) [[unlikely]]
        return io;
      done += received;
    }
    return Io::kOk;
  }

  Io receive(std::uint8_t* into, std::size_t length, int flags, std::size_t& received) noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      const ssize_t got =
          ::recv(fd_, into, length, kFlags | (kWait == WaitPolicy::kSpin ? 0 : flags));
      if (got > 0) [[likely]] {
        received = static_cast<std::size_t>(got);
        return Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      if (const Io io = after_error("recv", guard); io != Io::kOk) return io;
    }
  }

  /// kOk = try again.
  Io after_error(const char* op, SpinGuard& guard) noexcept {
    failure_ = {op, errno};
    return after_socket_error<kWait>(failure_.errno_value, stop_, guard);
  }

  int fd_;
  std::uint64_t message_bytes_;
  PageBuffer buffer_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  Counters counters_;
  IoFailure failure_;
};

}  // namespace xr
