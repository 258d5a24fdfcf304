#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/quic/quic_pump.h"
#include "transport/socket/options.h"
#include "workload/io.h"

namespace xr {

/// The sending side of a stream of bytes, spread over the QUIC streams of one connection in turn.
template <WaitPolicy kWait>
class QuicSenderLink {
 public:
  QuicSenderLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        wait_ns_(spec.wait_ns()),
        most_messages_(kBatchBytes / spec.message_bytes + 1),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        ring_(kRingBytes) {
    if (spec.of<QuicOptions>().verify) PatternRing().copy(0, ring_.data(), kRingBytes);
    for (const std::int64_t id : lane.streams)
      streams_.push_back({id, ring_.data(), ring_.size(), 0, message_bytes_});
  }

  /// That of a pattern is needed to begin with.
  static constexpr std::size_t buffer_bytes(bool verify) noexcept {
    return kRingBytes + (verify ? PatternRing::kBytes : 0);
  }

  /// What is left of a message on the stream whose turn it is counts as one.
  Io send_some(std::uint64_t most) noexcept {
    QuicOutgoing& out = streams_[turn_];
    turn_ = turn_ + 1 == streams_.size() ? 0 : turn_ + 1;
    const std::uint64_t began = out.sent;
    const std::uint64_t whole = began / message_bytes_;
    const std::uint64_t until = (whole + std::min(most, most_messages_)) * message_bytes_;
    if (const Io io = pump_.read_ready(); io != Io::kOk) return io;
    for (;;) {
      const Io io = pump_.write_stream(out, until);
      counters_.bytes += out.sent - began;
      counters_.messages += out.sent / message_bytes_ - whole;
      if (io != Io::kFull) return io;
      const bool moved = out.sent != began;
      if (const Io read = pump_.read_some(wait_ns_); read != Io::kOk || moved) return read;
    }
  }

  /// Messages that were handed over.
  std::uint64_t send_units() const noexcept {
    std::uint64_t units = 0;
    for (const QuicOutgoing& out : streams_) units += out.units;
    return units;
  }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return pump_.fault(); }

 private:
  static constexpr std::size_t kRingBytes = PatternRing::kBytes;
  /// More than a run of packets holds, which is what ends a batch without limit.
  static constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 20;

  std::uint64_t message_bytes_;
  std::uint64_t wait_ns_;
  std::uint64_t most_messages_;
  QuicPump<kWait> pump_;
  PageBuffer ring_;
  std::vector<QuicOutgoing> streams_;
  std::size_t turn_ = 0;
  Counters counters_;
};

/// The receiving side: counts what arrives in order, on each stream of the connection. A message
/// has arrived when its last byte has.
template <WaitPolicy kWait>
class QuicReceiverLink {
 public:
  QuicReceiverLink(QuicLane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : fd_(lane.fd.get()),
        wait_ns_(spec.wait_ns()),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        already_(pump_.connection().inbox().bytes),
        already_messages_(pump_.connection().inbox().messages) {
    QuicInbox& inbox = pump_.connection().inbox();
    inbox.message_bytes = spec.message_bytes;
    if (spec.of<QuicOptions>().verify) inbox.wanted = &wanted_.emplace();
  }
  ~QuicReceiverLink() {
    pump_.connection().inbox().message_bytes = 0;
    pump_.connection().inbox().wanted = nullptr;
  }
  static constexpr std::size_t buffer_bytes(bool verify) noexcept {
    return verify ? PatternRing::kBytes : 0;
  }

  QuicReceiverLink(const QuicReceiverLink&) = delete;
  QuicReceiverLink& operator=(const QuicReceiverLink&) = delete;

  Io receive_some() noexcept {
    const QuicInbox& inbox = pump_.connection().inbox();
    const std::uint64_t before = inbox.bytes;
    do {
      if (const Io io = pump_.read_some(wait_ns_); io != Io::kOk) [[unlikely]]
        return io;
      if (const Io io = pump_.write_control(); io != Io::kOk) [[unlikely]]
        return io;
    } while (inbox.bytes == before);
    counters_.bytes = inbox.bytes - already_;
    counters_.messages = inbox.messages - already_messages_;
    return inbox.differs ? Io::kError : Io::kOk;
  }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = socket_drops(fd_); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    return pump_.inbox().differs ? std::optional(mismatch_fault()) : pump_.fault();
  }

 private:
  int fd_;
  std::uint64_t wait_ns_;
  QuicPump<kWait> pump_;
  std::uint64_t already_;
  std::uint64_t already_messages_;
  std::optional<PatternRing> wanted_;
  Counters counters_;
};

}  // namespace xr
