#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/quic_openssl/openssl_pump.h"
#include "transport/socket/options.h"
#include "transport/stream_messages.h"
#include "workload/io.h"

namespace xr::ossl {

/// The sending side of a stream of bytes, spread over the QUIC streams of one connection in turn.
/// What OpenSSL has taken into its buffer counts as sent.
template <WaitPolicy kWait>
class SenderLink {
 public:
  SenderLink(Lane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        wait_ns_(spec.wait_ns()),
        streams_(lane.streams),
        sent_(lane.streams.size(), 0),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        buffer_(message_bytes_) {
    if (spec.of<QuicOpensslOptions>().verify) pattern_.emplace();
  }

  static constexpr std::size_t buffer_bytes(std::size_t message_bytes, bool verify) noexcept {
    return message_bytes + (verify ? PatternRing::kBytes : 0);
  }

  /// What is left of a message on the stream whose turn it is counts as one.
  Io send_some(std::uint64_t most) noexcept {
    SSL* stream = streams_[turn_].get();
    std::uint64_t& sent = sent_[turn_];
    turn_ = turn_ + 1 == streams_.size() ? 0 : turn_ + 1;
    const std::uint64_t whole = sent / message_bytes_;
    const std::uint64_t chunk_messages = kChunkBytes / message_bytes_ + 1;
    const std::uint64_t until = (whole + std::min(most, chunk_messages)) * message_bytes_;
    if (const Io io = pump_.read_ready(); io != Io::kOk) return io;
    for (;;) {
      const std::uint64_t before = sent;
      if (const Io io = write(stream, sent, until); io != Io::kOk) return io;
      counters_.bytes += sent - before;
      counters_.messages += sent / message_bytes_ - before / message_bytes_;
      if (const Io io = pump_.tick(); io != Io::kOk) [[unlikely]]
        return io;
      if (sent != before) return Io::kOk;
      if (const Io io = pump_.read_some(wait_ns_); io != Io::kOk) return io;
    }
  }

  /// Messages that were handed over.
  std::uint64_t send_units() const noexcept { return units_; }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return pump_.fault(); }

 private:
  /// About one segmented send; between two of them acknowledgements are read.
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{64} << 10;

  /// As far as OpenSSL's buffer takes it, about a chunk: each message is an SSL_write of its own,
  /// or several where it is longer than the buffer has room for. OpenSSL puts several into a
  /// packet.
  Io write(SSL* stream, std::uint64_t& sent, std::uint64_t until) noexcept {
    for (const std::uint64_t enough = sent + kChunkBytes; sent < until && sent < enough;) {
      const std::uint64_t into_message = sent % message_bytes_;
      std::size_t written = 0;
      if (pattern_) [[unlikely]]
        pattern_->copy(sent, buffer_.data(), message_bytes_ - into_message);
      if (api().SSL_write_ex(stream, buffer_.data(), message_bytes_ - into_message, &written) != 1)
        return pump_.meaning_of_nothing("SSL_write", stream);
      units_ += written > 0 && into_message == 0;
      sent += written;
    }
    return Io::kOk;
  }

  std::uint64_t message_bytes_;
  std::uint64_t wait_ns_;
  std::vector<Stream>& streams_;
  /// Of each.
  std::vector<std::uint64_t> sent_;
  Pump<kWait> pump_;
  std::optional<PatternRing> pattern_;
  PageBuffer buffer_;
  std::size_t turn_ = 0;
  std::uint64_t units_ = 0;
  Counters counters_;
};

/// The receiving side: counts what arrives in order, on each stream of the connection. A message
/// has arrived when its last byte has.
template <WaitPolicy kWait>
class ReceiverLink {
 public:
  ReceiverLink(Lane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : fd_(lane.fd.get()),
        message_bytes_(spec.message_bytes),
        wait_ns_(spec.wait_ns()),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        buffer_(kBufferBytes) {
    // The peer may open no more than a hundred.
    streams_.reserve(kMostStreams);
    if (spec.of<QuicOpensslOptions>().verify) wanted_.emplace();
  }

  static constexpr std::size_t buffer_bytes(bool verify) noexcept {
    return kBufferBytes + (verify ? PatternRing::kBytes : 0);
  }

  Io receive_some() noexcept {
    for (;;) {
      if (const Io io = pump_.read_some(wait_ns_); io != Io::kOk) [[unlikely]]
        return io;
      while (streams_.size() < kMostStreams) {
        Stream stream = pump_.connection().take_stream();
        if (!stream) break;
        streams_.push_back(std::move(stream));
      }
      if (streams_.empty()) {
        if (const Io io = pump_.state(); io != Io::kOk) return io;
        continue;
      }
      const std::uint64_t before = counters_.bytes;
      for (std::size_t i = 0; i < streams_.size(); ++i) {
        const Stream& stream = streams_[i];
        std::size_t got = 0;
        while (api().SSL_read_ex(stream.get(), buffer_.data(), buffer_.size(), &got) == 1) {
          counters_.bytes += got;
          counters_.messages += messages_ended(received_[i], got, message_bytes_);
          if (wanted_) [[unlikely]]
            differs_ |= !wanted_->matches(received_[i], buffer_.data(), got);
          received_[i] += got;
        }
        if (const Io io = pump_.meaning_of_nothing("SSL_read", stream.get()); io != Io::kOk)
          return io;
      }
      if (differs_) return Io::kError;
      if (counters_.bytes == before) continue;
      // The window that has become free goes out.
      return pump_.tick();
    }
  }

  std::uint64_t heard() const noexcept { return pump_.heard(); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = socket_drops(fd_); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    return differs_ ? std::optional(mismatch_fault()) : pump_.fault();
  }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
  static constexpr std::size_t kMostStreams = 100;

  int fd_;
  std::uint64_t message_bytes_;
  std::uint64_t wait_ns_;
  Pump<kWait> pump_;
  std::optional<PatternRing> wanted_;
  bool differs_ = false;
  PageBuffer buffer_;
  std::vector<Stream> streams_;
  /// Of each.
  std::array<std::uint64_t, kMostStreams> received_{};
  Counters counters_;
};

}  // namespace xr::ossl
