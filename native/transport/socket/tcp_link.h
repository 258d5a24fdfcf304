#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/byte_stream_link.h"
#include "transport/socket/socket_error.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// What a sender says that has more to send: the kernel fills its segments. Where the kernel makes
/// TLS records it would fill those as well, and a message is a record at least: nothing is said.
enum class MoreFollows : int { kSaid = MSG_MORE, kUnsaid = 0 };

/// Bytes over a connected socket: of TCP, also where the kernel encrypts them, or of AF_UNIX. With
/// `kBlock` its SO_RCVTIMEO and SO_SNDTIMEO are the idle timeout.
template <WaitPolicy kWait>
class SocketBytes {
 public:
  /// `fd` stays the endpoint's.
  SocketBytes(int fd, std::uint64_t idle_timeout_ns, const StopFlag& stop,
              MoreFollows more_follows = MoreFollows::kSaid)
      : fd_(fd),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        more_flags_(static_cast<int>(more_follows)) {}

  void begin_send(bool more) noexcept {
    send_flags_ = kFlags | MSG_NOSIGNAL | (more ? more_flags_ : 0);
  }
  ssize_t send(const std::uint8_t* data, std::size_t length) noexcept {
    return ::send(fd_, data, length, send_flags_);
  }
  Io after_send(ssize_t, SpinGuard& guard) noexcept { return after_error("send", guard); }

  Io receive(std::uint8_t* into, std::size_t length, bool whole, std::size_t& received) noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    // MSG_WAITALL lets a sleeping call return once, when all is there.
    const int flags = kWait == WaitPolicy::kBlock && whole ? kFlags | MSG_WAITALL : kFlags;
    for (;;) {
      const ssize_t got = ::recv(fd_, into, length, flags);
      if (got > 0) [[likely]] {
        received = static_cast<std::size_t>(got);
        return Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      if (const Io io = after_error("recv", guard); io != Io::kOk) return io;
    }
  }

  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

  /// kOk = try again.
  Io after_error(const char* op, SpinGuard& guard) noexcept {
    failure_ = {op, errno};
    return after_socket_error<kWait>(failure_.errno_value, stop_, guard);
  }

  int fd_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  int more_flags_;
  int send_flags_ = 0;
  IoFailure failure_;
};

/// One TCP connection. A round trip is one send and one recv, more only where the kernel moves less
/// than was asked for.
template <WaitPolicy kWait>
using TcpLink = ByteStreamLink<SocketBytes<kWait>>;

}  // namespace xr
