#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/message/byte_stream_messages.h"
#include "transport/message/ready_sockets.h"
#include "transport/socket/options.h"
#include "workload/io.h"

namespace xr {

/// The bytes of connected stream sockets, also where the kernel encrypts them.
template <WaitPolicy kWait>
class SocketCarrier {
 public:
  /// `fds` stay the endpoint's, and are shut down by a stop.
  SocketCarrier(std::vector<int> fds, const StopFlag& stop)
      : sockets_(std::move(fds)), stop_(stop) {
    for (std::uint32_t i = 0; i < sockets_.size(); ++i)
      set_socket_timeouts(sockets_.fd(i), kMessageNapNs, kMessageNapNs);
  }

  std::size_t size() const noexcept { return sockets_.size(); }
  const std::vector<std::uint32_t>& ready() const noexcept { return sockets_.ready(); }
  void want_room(std::uint32_t i, bool wanted) noexcept { sockets_.want_room(i, wanted); }
  static bool has_input(std::uint32_t) noexcept { return false; }

  Io send(std::uint32_t i, const std::uint8_t* data, std::size_t bytes,
          std::size_t& sent) noexcept {
    for (;;) {
      const ssize_t taken = ::send(sockets_.fd(i), data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (taken >= 0) [[likely]] {
        sent = static_cast<std::size_t>(taken);
        return Io::kOk;
      }
      if (const Io io = after_error("send", errno, Io::kFull); io != Io::kOk) return io;
    }
  }

  /// With one connection a round trip is one send and one recv: where there is time, the recv is
  /// what sleeps.
  Io receive(std::uint32_t i, std::uint8_t* into, std::size_t bytes, bool whole,
             std::uint64_t limit_ns, std::size_t& received) noexcept {
    int flags = MSG_DONTWAIT;
    unsigned polls = 0;
    if constexpr (kWait == WaitPolicy::kSpin) {
      polls = limit_ns >= kMessageNapNs ? kPolls : 0;
    } else if (limit_ns >= kMessageNapNs) {
      flags = whole ? MSG_WAITALL : 0;
    } else if (limit_ns != 0) {
      if (const Io io = sockets_.await(limit_ns); io != Io::kOk) return io;
    }
    for (;;) {
      const ssize_t got = ::recv(sockets_.fd(i), into, bytes, flags);
      if (got > 0) [[likely]] {
        received = static_cast<std::size_t>(got);
        return Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      const Io io = after_error("recv", errno, Io::kDue);
      if (io == Io::kDue && polls > 0) {
        --polls;
        continue;
      }
      if (io != Io::kOk) return io;
    }
  }

  Io await(std::uint64_t limit_ns) noexcept {
    return sockets_.await(kWait == WaitPolicy::kSpin ? 0 : limit_ns);
  }
  Io await_room(std::span<const std::uint32_t> sending, std::uint64_t limit_ns) noexcept {
    return sockets_.await_room(sending, kWait == WaitPolicy::kSpin ? 0 : limit_ns);
  }

  /// What an error of a call means; kOk: try again. `nothing` is what it is called when there is
  /// nothing, or no room.
  Io after_error(const char* op, int error, Io nothing) noexcept {
    failure_ = {op, error};
    if (error == EAGAIN || error == EWOULDBLOCK) [[likely]]
      return stop_.is_set() ? Io::kStopped : nothing;
    if (stop_.is_set()) return Io::kStopped;
    if (error == EINTR) return Io::kOk;
    return error == ECONNRESET || error == EPIPE ? Io::kClosed : Io::kError;
  }

  IoFailure failure() const noexcept {
    return sockets_.failure().errno_value != 0 ? sockets_.failure() : failure_;
  }

 private:
  /// Polls in vain before the clock is looked at, where its time is not near.
  static constexpr unsigned kPolls = 255;

  ReadySockets sockets_;
  const StopFlag& stop_;
  IoFailure failure_;
};

template <WaitPolicy kWait>
using SocketMessages = ByteStreamMessages<SocketCarrier<kWait>>;

}  // namespace xr
