#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/socket/socket_error.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// Messages as packets of a SOCK_SEQPACKET socket, each with its boundaries, in order, none lost;
/// for ByteStreamLink. With `kBlock` its SO_RCVTIMEO and SO_SNDTIMEO are the idle timeout.
template <WaitPolicy kWait>
class UnixPackets {
 public:
  /// `fd` stays the endpoint's.
  UnixPackets(int fd, const EndpointSpec& spec, const StopFlag& stop) noexcept
      : fd_(fd),
        message_bytes_(spec.message_bytes),
        idle_timeout_ns_(spec.wait_ns()),
        stop_(stop) {}

  void begin_send(bool /*more*/) noexcept {}
  ssize_t send(const std::uint8_t* data, std::size_t length) noexcept {
    return ::send(fd_, data, length, kFlags | MSG_NOSIGNAL);
  }
  Io after_send(ssize_t, SpinGuard& guard) noexcept { return after_error("send", guard); }

  Io receive(std::uint8_t* into, std::size_t length, bool /*whole*/,
             std::size_t& received) noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      // MSG_TRUNC: what is longer than it should be says how long it is.
      const ssize_t got = ::recv(fd_, into, length, kFlags | MSG_TRUNC);
      if (got > 0) [[likely]] {
        received = static_cast<std::size_t>(got);
        is_torn_ = received != message_bytes_;
        return is_torn_ ? Io::kError : Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      if (const Io io = after_error("recv", guard); io != Io::kOk) return io;
    }
  }

  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    if (!is_torn_) return std::nullopt;
    return Fault{"PROTOCOL", "recv", 0, "recv: a packet is not as long as a message"};
  }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

  /// kOk = try again.
  Io after_error(const char* op, SpinGuard& guard) noexcept {
    failure_ = {op, errno};
    return after_socket_error<kWait>(failure_.errno_value, stop_, guard);
  }

  int fd_;
  std::uint64_t message_bytes_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  bool is_torn_ = false;
  IoFailure failure_;
};

}  // namespace xr
