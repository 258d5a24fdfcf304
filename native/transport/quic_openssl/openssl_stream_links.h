#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/quic_openssl/openssl_pump.h"
#include "transport/socket/options.h"
#include "workload/io.h"
#include "workload/stream.h"

namespace xr::ossl {

/// The sending side of a stream of bytes, spread over the QUIC streams of one connection in turn.
/// What OpenSSL has taken into its buffer counts as sent.
template <WaitPolicy kWait>
class SenderLink {
 public:
  SenderLink(Lane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        streams_(lane.streams),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        buffer_(kChunkBytes) {}

  Io send_some(std::uint64_t most) noexcept {
    std::uint64_t left =
        most == kUnlimitedBatch ? std::max(message_bytes_, kChunkBytes) : most * message_bytes_;
    SSL* stream = streams_[turn_].get();
    turn_ = turn_ + 1 == streams_.size() ? 0 : turn_ + 1;
    if (const Io io = pump_.read_ready(); io != Io::kOk) return io;
    for (;;) {
      std::size_t written = 0;
      if (api().SSL_write_ex(stream, buffer_.data(), std::min(left, kChunkBytes), &written) == 1) {
        left -= written;
        counters_.bytes += written;
        counters_.messages = counters_.bytes / message_bytes_;
      } else if (const Io io = pump_.meaning_of_nothing("SSL_write", stream); io != Io::kOk) {
        return io;
      }
      if (const Io io = pump_.tick(); io != Io::kOk) [[unlikely]]
        return io;
      if (left == 0) return Io::kOk;
      if (written > 0) continue;
      if (const Io io = pump_.read_some(); io != Io::kOk) return io;
    }
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return pump_.fault(); }

 private:
  /// About one segmented send; between two of them acknowledgements are read.
  static constexpr std::uint64_t kChunkBytes = std::uint64_t{64} << 10;

  std::uint64_t message_bytes_;
  std::vector<Stream>& streams_;
  Pump<kWait> pump_;
  PageBuffer buffer_;
  std::size_t turn_ = 0;
  Counters counters_;
};

/// The receiving side: counts what arrives in order, on all streams of the connection.
template <WaitPolicy kWait>
class ReceiverLink {
 public:
  ReceiverLink(Lane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : fd_(lane.fd.get()),
        message_bytes_(spec.message_bytes),
        pump_(lane, true, spec.idle_timeout_ns, stop),
        buffer_(kBufferBytes) {
    // The peer may open no more than a hundred.
    streams_.reserve(kMostStreams);
  }

  Io receive_some() noexcept {
    for (;;) {
      if (const Io io = pump_.read_some(); io != Io::kOk) [[unlikely]]
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
      for (const Stream& stream : streams_) {
        std::size_t got = 0;
        while (api().SSL_read_ex(stream.get(), buffer_.data(), buffer_.size(), &got) == 1)
          counters_.bytes += got;
        if (const Io io = pump_.meaning_of_nothing("SSL_read", stream.get()); io != Io::kOk)
          return io;
      }
      if (counters_.bytes == before) continue;
      counters_.messages = counters_.bytes / message_bytes_;
      // The window that has become free goes out.
      return pump_.tick();
    }
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = socket_drops(fd_); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return pump_.fault(); }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
  static constexpr std::size_t kMostStreams = 100;

  int fd_;
  std::uint64_t message_bytes_;
  Pump<kWait> pump_;
  PageBuffer buffer_;
  std::vector<Stream> streams_;
  Counters counters_;
};

}  // namespace xr::ossl
