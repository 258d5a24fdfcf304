#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/shm/futex.h"
#include "transport/shm/shm_ring.h"
#include "transport/socket/byte_stream_link.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// The bytes of one link through two rings. Nothing of it is a system call as long as nobody
/// sleeps.
template <WaitPolicy kWait>
class ShmBytes {
 public:
  /// `alive`: a socket that ends when the process of the peer does; stays the endpoint's.
  ShmBytes(const ShmRing& out, const ShmRing& in, int alive, const EndpointSpec& spec,
           const StopFlag& stop) noexcept
      : out_(out),
        in_(in),
        alive_(alive),
        message_bytes_(spec.message_bytes),
        idle_timeout_ns_(spec.wait_ns()),
        stop_(stop) {}

  void begin_send(bool /*more*/) noexcept {}

  ssize_t send(const std::uint8_t* data, std::size_t length) noexcept {
    if (!out_.has_room()) [[unlikely]]
      return -1;
    const std::size_t bytes = std::min(length, out_.ring().layout().piece_bytes);
    out_.write(data, bytes);
    if constexpr (kSleeps) wake_sleeper(out_.ring().words().reader_sleeps);
    return static_cast<ssize_t>(bytes);
  }

  /// There was no room.
  Io after_send(ssize_t, SpinGuard&) noexcept {
    return await("send", out_.ring().words().writer_sleeps, [this] { return out_.has_room(); });
  }

  /// All that is there, as far as it fits; a message arrives in the pieces it was cut into.
  Io receive(std::uint8_t* into, std::size_t length, bool /*whole*/,
             std::size_t& received) noexcept {
    if (!in_.has_piece()) {
      const Io io = await("recv", in_.ring().words().reader_sleeps,
                          [this] { return in_.has_piece(); });
      if (io != Io::kOk) [[unlikely]]
        return io;
    }
    std::size_t done = 0;
    do {
      const std::size_t bytes = next_piece_bytes();
      if (done + bytes > length) break;
      const bool is_told = in_.read(into + done, bytes);
      if constexpr (kSleeps) {
        if (is_told) wake_sleeper(in_.ring().words().writer_sleeps);
      }
      done += bytes;
      at_ = at_ + bytes == message_bytes_ ? 0 : at_ + bytes;
    } while (done < length && in_.has_piece());
    received = done;
    return Io::kOk;
  }

  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    if (!out_.is_broken()) return std::nullopt;
    return Fault{"PROTOCOL", "send", 0,
                 "the peer has written into the shared memory what no peer writes"};
  }

 private:
  static constexpr bool kSleeps = kWait == WaitPolicy::kBlock;
  // Polls in a row before anything else is looked at: some microseconds.
  static constexpr int kPolls = 8192;
  // A peer that dies wakes nobody.
  static constexpr std::uint64_t kNapNs = 20 * kNsPerMs;

  /// Both ends cut messages alike.
  std::size_t next_piece_bytes() const noexcept {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(in_.ring().layout().piece_bytes, message_bytes_ - at_));
  }

  template <class Ready>
  Io await(const char* op, std::atomic<std::uint32_t>& word, const Ready& ready) noexcept {
    std::uint64_t began_ns = 0;
    for (;;) {
      if constexpr (kSleeps) {
        word.store(1, std::memory_order_seq_cst);
        if (!ready()) futex_sleep(word, 1, std::min(kNapNs, idle_timeout_ns_));
        word.store(0, std::memory_order_relaxed);
        if (ready()) return Io::kOk;
      } else {
        for (int i = 0; i < kPolls; ++i) {
          if (ready()) return Io::kOk;
        }
      }
      const Io io = look_around(began_ns);
      if (io == Io::kOk) continue;
      failure_.op = op;
      // What the peer wrote before it went is still taken.
      return io == Io::kClosed && ready() ? Io::kOk : io;
    }
  }

  /// kOk = wait on.
  Io look_around(std::uint64_t& began_ns) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    if (out_.is_broken()) return Io::kError;
    std::uint8_t byte = 0;
    const ssize_t got = ::recv(alive_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return Io::kClosed;
    const std::uint64_t now_ns = monotonic_raw_ns();
    if (began_ns == 0) began_ns = now_ns;
    return now_ns - began_ns > idle_timeout_ns_ ? Io::kStalled : Io::kOk;
  }

  ShmWriter<kSleeps> out_;
  ShmReader<kSleeps> in_;
  int alive_;
  std::uint64_t message_bytes_;
  /// Of the message that arrives.
  std::uint64_t at_ = 0;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  IoFailure failure_;
};

template <WaitPolicy kWait>
using ShmLink = ByteStreamLink<ShmBytes<kWait>>;

}  // namespace xr
