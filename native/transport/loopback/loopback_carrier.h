#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/loopback/loopback_stream.h"
#include "transport/message/byte_stream_messages.h"
#include "transport/message/ready_sockets.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// The bytes of connections within a process.
template <WaitPolicy kWait>
class LoopbackCarrier {
 public:
  LoopbackCarrier(LoopbackStreams& streams, Side side, const StopFlag& stop)
      : out_(side == Side::kClient ? streams.up : streams.down),
        in_(side == Side::kClient ? streams.down : streams.up),
        own_(side == Side::kClient ? streams.client_bell : streams.server_bell),
        other_(side == Side::kClient ? streams.server_bell : streams.client_bell),
        stop_(stop),
        wants_room_(out_.size(), false) {
    ready_.reserve(out_.size());
  }

  std::size_t size() const noexcept { return out_.size(); }
  const std::vector<std::uint32_t>& ready() const noexcept { return ready_; }
  void want_room(std::uint32_t i, bool wanted) noexcept { wants_room_[i] = wanted; }
  static bool has_input(std::uint32_t) noexcept { return false; }

  Io send(std::uint32_t i, const std::uint8_t* data, std::size_t bytes,
          std::size_t& sent) noexcept {
    if (out_[i].closed()) return gone("send");
    sent = std::min(bytes, out_[i].room());
    if (sent == 0) return Io::kFull;
    out_[i].write(data, sent);
    ring();
    return Io::kOk;
  }

  Io receive(std::uint32_t i, std::uint8_t* into, std::size_t bytes, bool, std::uint64_t limit_ns,
             std::size_t& received) noexcept {
    received = std::min(bytes, in_[i].there());
    if (received == 0 && limit_ns > 0) {
      if (const Io io = await(limit_ns); io != Io::kOk) return io;
      received = std::min(bytes, in_[i].there());
    }
    if (received == 0) return in_[i].closed() ? gone("recv") : Io::kDue;
    in_[i].read(into, received);
    ring();
    return Io::kOk;
  }

  Io await(std::uint64_t limit_ns) noexcept {
    return until(limit_ns, [this] {
      ready_.clear();
      for (std::uint32_t i = 0; i < out_.size(); ++i) {
        if (in_[i].there() > 0 || in_[i].closed() || (wants_room_[i] && out_[i].room() > 0))
          ready_.push_back(i);
      }
      return !ready_.empty();
    });
  }

  Io await_room(std::span<const std::uint32_t> sending, std::uint64_t limit_ns) noexcept {
    return until(limit_ns, [this, sending] {
      return std::any_of(sending.begin(), sending.end(), [this](std::uint32_t i) {
        return out_[i].room() > 0 || out_[i].closed();
      });
    });
  }

  IoFailure failure() const noexcept { return failure_; }

 private:
  static constexpr unsigned kPolls = 256;

  void ring() noexcept {
    if constexpr (kWait == WaitPolicy::kBlock) other_.ring();
  }

  template <class Ready>
  Io until(std::uint64_t limit_ns, const Ready& ready) noexcept {
    failure_.op = "recv";
    if constexpr (kWait == WaitPolicy::kBlock) {
      return own_.sleep_until(ready, std::min(limit_ns, kMessageNapNs)) ? Io::kOk : Io::kDue;
    }
    for (unsigned polls = limit_ns == kNoLimit ? kPolls : 1; polls > 0; --polls) {
      if (ready()) return Io::kOk;
    }
    return Io::kDue;
  }

  Io gone(const char* op) noexcept {
    failure_.op = op;
    return stop_.is_set() ? Io::kStopped : Io::kClosed;
  }

  std::vector<LoopbackStream>& out_;
  std::vector<LoopbackStream>& in_;
  LoopbackBell& own_;
  LoopbackBell& other_;
  const StopFlag& stop_;
  std::vector<bool> wants_room_;
  std::vector<std::uint32_t> ready_;
  IoFailure failure_;
};

template <WaitPolicy kWait>
using LoopbackMessages = ByteStreamMessages<LoopbackCarrier<kWait>>;

}  // namespace xr
