#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/page_buffer.h"
#include "measure/clock.h"
#include "measure/mark.h"
#include "transport/datagram/datagram_batch.h"
#include "transport/datagram/local_drops.h"
#include "transport/datagram/sequence_window.h"
#include "transport/pattern.h"
#include "transport/quic/quic_pump.h"
#include "transport/socket/options.h"
#include "workload/io.h"

namespace xr {

/// Ping-pong with DATAGRAM frames (RFC 9221): as over UDP each message carries a sequence number in
/// its first bytes, and one that is not answered in time is lost.
template <WaitPolicy kWait>
class QuicDatagramPingPongLink {
 public:
  QuicDatagramPingPongLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : initiates_(spec.side == Side::kClient),
        message_bytes_(spec.message_bytes),
        width_(sequence_width(spec.message_bytes)),
        answered_(width_),
        pump_(lane, false, spec.idle_timeout_ns, stop),
        out_(spec.message_bytes),
        in_(spec.message_bytes),
        message_timeout_ns_(spec.message_timeout_ns),
        idle_timeout_ns_(spec.idle_timeout_ns),
        verify_(spec.of<QuicOptions>().verify) {
    QuicInbox& inbox = pump_.connection().inbox();
    inbox.context = this;
    inbox.on_datagram = [](void* self, const std::uint8_t* data, std::size_t length) {
      static_cast<QuicDatagramPingPongLink*>(self)->take(data, length);
    };
  }
  ~QuicDatagramPingPongLink() { pump_.connection().inbox().on_datagram = nullptr; }
  QuicDatagramPingPongLink(const QuicDatagramPingPongLink&) = delete;
  QuicDatagramPingPongLink& operator=(const QuicDatagramPingPongLink&) = delete;

  Io send_request() noexcept {
    if (verify_) [[unlikely]]
      write_pattern(out_.data(), message_bytes_, number_);
    write_sequence(out_.data(), number_, width_);
    arrived_ = false;
    return send(out_.data());
  }

  Io receive_reply() noexcept {
    const Io io = await(message_timeout_ns_);
    if (io == Io::kOk) [[likely]] {
      ++number_;
      lost_for_ns_ = 0;
      if (verify_) [[unlikely]]
        differs_ = std::memcmp(in_.data(), out_.data(), message_bytes_) != 0;
      return differs_ ? Io::kError : Io::kOk;
    }
    if (io != Io::kStalled) return io;
    counters_.lost += 1;
    ++number_;
    lost_for_ns_ += message_timeout_ns_;
    return lost_for_ns_ >= idle_timeout_ns_ ? Io::kStalled : Io::kLost;
  }

  Io receive_request() noexcept {
    // A request that came with the last acknowledgement waits already.
    return await(idle_timeout_ns_);
  }

  Io send_reply() noexcept {
    arrived_ = false;
    return send(in_.data());
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {
    counters_.duplicates = reply_counters_.duplicates;
    counters_.local_drops = pump_.refused();
  }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    return differs_ ? std::optional(mismatch_fault()) : pump_.fault();
  }

 private:
  void take(const std::uint8_t* data, std::size_t length) noexcept {
    if (length != message_bytes_) return;
    if (!initiates_) {
      std::memcpy(in_.data(), data, length);
      arrived_ = true;
      return;
    }
    const std::uint64_t got = read_sequence(data, width_);
    const bool fresh = answered_.accept(got, reply_counters_);
    if (got == read_sequence(out_.data(), width_)) [[likely]] {
      std::memcpy(in_.data(), data, length);
      arrived_ = true;
    } else if (fresh) {
      counters_.late += 1;
    }
  }

  Io await(std::uint64_t limit_ns) noexcept {
    std::uint64_t since_ns = 0;
    while (!arrived_) {
      if (const Io io = pump_.read_some(limit_ns); io != Io::kOk) [[unlikely]]
        return io;
      if (arrived_) [[likely]]
        break;
      if (const Io io = pump_.write_control(); io != Io::kOk) return io;
      // Something came, but not this: the time it had goes on.
      const std::uint64_t now_ns = monotonic_raw_ns();
      if (since_ns == 0) since_ns = now_ns;
      if (now_ns - since_ns > limit_ns) return Io::kStalled;
    }
    return Io::kOk;
  }

  Io send(const std::uint8_t* message) noexcept {
    for (;;) {
      const Io io = pump_.write_datagram(message, message_bytes_);
      if (io == Io::kOk) [[likely]]
        return pump_.flush();
      if (io != Io::kFull) return io;
      if (const Io flushed = pump_.flush(); flushed != Io::kOk) return flushed;
      if (const Io read = pump_.read_some(); read != Io::kOk) return read;
    }
  }

  bool initiates_;
  std::uint64_t message_bytes_;
  unsigned width_;
  SequenceWindow answered_;
  QuicPump<kWait> pump_;
  PageBuffer out_;
  PageBuffer in_;
  std::uint64_t message_timeout_ns_;
  std::uint64_t idle_timeout_ns_;
  bool verify_;
  bool differs_ = false;
  bool arrived_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t lost_for_ns_ = 0;
  Counters counters_;
  Counters reply_counters_;
};

/// The sending side of a stream of numbered DATAGRAM frames, as many as congestion control lets go.
template <WaitPolicy kWait>
class QuicDatagramSenderLink {
 public:
  QuicDatagramSenderLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        width_(sequence_width(spec.message_bytes)),
        wait_ns_(spec.wait_ns()),
        verify_(spec.of<QuicOptions>().verify),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        message_(spec.message_bytes) {}

  Io send_some(std::uint64_t most) noexcept {
    if (const Io io = pump_.read_ready(); io != Io::kOk) return io;
    for (std::uint64_t left = std::min<std::uint64_t>(most, kMaxSegments); left > 0;) {
      if (verify_) [[unlikely]]
        write_pattern(message_.data(), message_bytes_, counters_.messages);
      write_sequence(message_.data(), counters_.messages, width_);
      const Io io = pump_.write_datagram(message_.data(), message_bytes_);
      if (io == Io::kOk) [[likely]] {
        counters_.messages += 1;
        counters_.bytes += message_bytes_;
        --left;
        continue;
      }
      if (io != Io::kFull) return io;
      if (const Io flushed = pump_.flush(); flushed != Io::kOk) return flushed;
      if (const Io read = pump_.read_some(wait_ns_); read != Io::kOk) return read;
    }
    return pump_.flush();
  }

  /// DATAGRAM frames, each of one message.
  std::uint64_t send_units() const noexcept { return pump_.datagrams(); }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return pump_.fault(); }

 private:
  std::uint64_t message_bytes_;
  unsigned width_;
  std::uint64_t wait_ns_;
  bool verify_;
  QuicPump<kWait> pump_;
  PageBuffer message_;
  Counters counters_;
};

/// The receiving side: counts what arrives, and what the numbers say is missing.
template <WaitPolicy kWait>
class QuicDatagramReceiverLink {
 public:
  QuicDatagramReceiverLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        width_(sequence_width(spec.message_bytes)),
        window_(width_),
        wait_ns_(spec.wait_ns()),
        verify_(spec.of<QuicOptions>().verify),
        pump_(lane, true, spec.idle_timeout_ns, stop) {
    tell_drops(lane.fd.get());
    QuicInbox& inbox = pump_.connection().inbox();
    inbox.context = this;
    inbox.on_datagram = [](void* self, const std::uint8_t* data, std::size_t length) {
      static_cast<QuicDatagramReceiverLink*>(self)->take(data, length);
    };
  }
  ~QuicDatagramReceiverLink() { pump_.connection().inbox().on_datagram = nullptr; }
  QuicDatagramReceiverLink(const QuicDatagramReceiverLink&) = delete;
  QuicDatagramReceiverLink& operator=(const QuicDatagramReceiverLink&) = delete;

  Io receive_some() noexcept {
    const std::uint64_t before = counters_.messages;
    do {
      if (const Io io = pump_.read_some(wait_ns_); io != Io::kOk) [[unlikely]]
        return io;
      if (const Io io = pump_.write_control(); io != Io::kOk) [[unlikely]]
        return io;
    } while (counters_.messages == before && !differs_);
    return differs_ ? Io::kError : Io::kOk;
  }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    return differs_ ? std::optional(mismatch_fault()) : pump_.fault();
  }

 private:
  void take(const std::uint8_t* data, std::size_t length) noexcept {
    if (length != message_bytes_) return;
    const std::uint64_t number = read_sequence(data, width_);
    // All that stands behind the number. Where there is anything, the number is whole.
    if (verify_) [[unlikely]]
      differs_ |= !holds_pattern_behind(width_, data, length, number);
    const KernelBuffer& buffer = pump_.buffer();
    if (buffer.number != buffer_number_) {
      drops_.saw_buffer(in_buffer_);
      buffer_number_ = buffer.number;
      in_buffer_ = 0;
    }
    ++in_buffer_;
    const std::uint64_t lost_before = counters_.lost;
    const bool is_new = window_.accept(number, counters_);
    drops_.account(buffer.dropped_before, lost_before, counters_);
    if (!is_new) return;
    counters_.messages += 1;
    counters_.bytes += message_bytes_;
  }

  std::uint64_t message_bytes_;
  unsigned width_;
  SequenceWindow window_;
  std::uint64_t wait_ns_;
  bool verify_;
  bool differs_ = false;
  QuicPump<kWait> pump_;
  LocalDrops drops_;
  /// The one whose messages are being counted, and how many it has brought so far.
  std::uint64_t buffer_number_ = 0;
  std::uint64_t in_buffer_ = 0;
  Counters counters_;
};

}  // namespace xr
