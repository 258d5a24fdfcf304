#pragma once

#include <cstdint>
#include <vector>

#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/loopback/loopback_pipe.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// Two threads and shared memory, no kernel between them: what is left is the loop itself.
template <WaitPolicy kWait>
class LoopbackLink {
 public:
  LoopbackLink(LoopbackPipe& out, LoopbackPipe& in, std::uint64_t message_bytes,
               std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : out_(out),
        in_(in),
        buffer_(message_bytes, 0x5a),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop) {}

  Io send_request() noexcept { return send(); }
  Io receive_reply() noexcept { return receive(); }
  Io receive_request() noexcept { return receive(); }
  Io send_reply() noexcept { return send(); }

  Io send_some(std::uint64_t /*most*/) noexcept { return count(send()); }
  Io receive_some() noexcept { return count(receive()); }
  /// Of a stream: each message is copied by itself.
  std::uint64_t send_units() const noexcept { return counters_.messages; }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }

 private:
  Io count(Io io) noexcept {
    if (io == Io::kOk) {
      counters_.messages += 1;
      counters_.bytes += buffer_.size();
    }
    return io;
  }

  Io send() noexcept {
    const Io io = await("send", out_, [this] { return out_.can_write(); });
    if (io == Io::kOk) {
      out_.write(buffer_.data());
      if constexpr (kWait == WaitPolicy::kBlock) out_.notify();
    }
    return io;
  }

  Io receive() noexcept {
    const Io io = await("recv", in_, [this] { return in_.can_read(); });
    if (io == Io::kOk) {
      in_.read(buffer_.data());
      if constexpr (kWait == WaitPolicy::kBlock) in_.notify();
    }
    return io;
  }

  template <class Ready>
  Io await(const char* op, LoopbackPipe& pipe, const Ready& ready) noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      if (ready()) return Io::kOk;
      // What the peer wrote before it went is still read.
      if (pipe.closed()) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      failure_.op = op;
      if constexpr (kWait == WaitPolicy::kBlock) {
        if (!pipe.sleep_until([&] { return ready() || pipe.closed(); }, idle_timeout_ns_))
          return Io::kStalled;
      } else if (const Io io = guard.poll(); io != Io::kOk) {
        return io;
      }
    }
  }

  LoopbackPipe& out_;
  LoopbackPipe& in_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  Counters counters_;
  IoFailure failure_;
};

}  // namespace xr
