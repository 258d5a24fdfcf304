#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/pattern.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"
#include "workload/stream.h"

namespace xr {

/// Of a link for bytes in order. A receiver of small messages is to empty the socket with few
/// calls.
constexpr std::size_t byte_stream_buffer_bytes(std::uint64_t message_bytes, Role role) noexcept {
  constexpr std::size_t kReceiveBufferBytes = std::size_t{256} << 10;
  return role == Role::kReceiver ? std::max<std::size_t>(message_bytes, kReceiveBufferBytes)
                                 : message_bytes;
}

/// The data path of one connection that carries bytes in order. `Bytes` moves them, and says:
///   begin_send(more)                        whether more follows at once
///   send(data, length)                      as send(2)
///   after_send(result, guard)               what a negative result means; kOk = try again
///   receive(into, length, whole, received)  waits for some bytes, with `whole` rather for all
///   failure(), and fault() where it knows more than the socket does
template <class Bytes>
class ByteStreamLink {
 public:
  ByteStreamLink(Bytes bytes, const EndpointSpec& spec, Role role, const StopFlag& stop)
      : bytes_(bytes),
        message_bytes_(spec.message_bytes),
        buffer_(byte_stream_buffer_bytes(spec.message_bytes, role)),
        idle_timeout_ns_(spec.wait_ns()),
        stop_(stop),
        verify_(spec.verify),
        incoming_(spec.message_bytes) {}

  Io send_request() noexcept {
    if (verify_) [[unlikely]]
      write_pattern(buffer_.data(), message_bytes_, counters_.messages);
    return send_message(false);
  }
  Io receive_reply() noexcept {
    const Io io = receive_message();
    if (verify_ && io == Io::kOk) [[unlikely]] {
      incoming_.seek(counters_.messages, 0);
      return check(message_bytes_);
    }
    return io;
  }
  Io receive_request() noexcept { return receive_message(); }
  Io send_reply() noexcept { return send_message(false); }

  /// Who is let send without limit has more to send, and says so: the kernel then fills its
  /// segments, whatever TCP_NODELAY is.
  Io send_some(std::uint64_t most) noexcept {
    if (verify_) [[unlikely]]
      write_pattern(buffer_.data(), message_bytes_, counters_.messages);
    const std::size_t before = done_;
    const Io io = send_message(most == kUnlimitedBatch);
    if (io == Io::kOk) [[likely]] {
      counters_.messages += 1;
      counters_.bytes += message_bytes_ - before;
    } else {
      counters_.bytes += done_ - before;
    }
    return io;
  }

  /// Messages of a stream, each with a send of its own; one that the socket did not take at once
  /// goes on with the next.
  std::uint64_t send_units() const noexcept { return units_; }

  Io receive_some() noexcept {
    std::size_t received = 0;
    const Io io = bytes_.receive(buffer_.data(), buffer_.size(), false, received);
    counters_.bytes += received;
    counters_.messages = counters_.bytes / message_bytes_;
    if (verify_ && io == Io::kOk) [[unlikely]]
      return check(received);
    return io;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return bytes_.failure(); }
  std::optional<Fault> fault() const {
    if (differs_) return mismatch_fault();
    if constexpr (requires { bytes_.fault(); }) return bytes_.fault();
    return std::nullopt;
  }

 private:
  /// Goes on with one that a wait in vain has cut short.
  Io send_message(bool more) noexcept {
    bytes_.begin_send(more);
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      const ssize_t sent = bytes_.send(buffer_.data() + done_, message_bytes_ - done_);
      if (sent >= 0) [[likely]] {
        units_ += done_ == 0;
        done_ += static_cast<std::size_t>(sent);
        if (done_ == message_bytes_) [[likely]] {
          done_ = 0;
          return Io::kOk;
        }
        guard.progressed();
      } else if (const Io io = bytes_.after_send(sent, guard); io != Io::kOk) {
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
      const Io io = bytes_.receive(buffer_.data() + done, message_bytes_ - done, true, received);
      if (io != Io::kOk) [[unlikely]]
        return io;
      done += received;
    }
    return Io::kOk;
  }

  /// Holds what came against what should have come.
  Io check(std::size_t received) noexcept {
    differs_ = !incoming_.accept(buffer_.data(), received);
    return differs_ ? Io::kError : Io::kOk;
  }

  Bytes bytes_;
  std::uint64_t message_bytes_;
  PageBuffer buffer_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  bool verify_;
  bool differs_ = false;
  PatternReader incoming_;
  /// Of the message that is being sent.
  std::size_t done_ = 0;
  std::uint64_t units_ = 0;
  Counters counters_;
};

}  // namespace xr
