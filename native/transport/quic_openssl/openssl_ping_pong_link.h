#pragma once

#include <cstdint>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/pattern.h"
#include "transport/quic_openssl/openssl_pump.h"
#include "workload/io.h"

namespace xr::ossl {

/// Ping-pong over one bidirectional stream that lives as long as the connection. The responder
/// sends back the bytes that came.
template <WaitPolicy kWait>
class PingPongLink {
 public:
  PingPongLink(Lane& lane, const EndpointSpec& spec, const StopFlag& stop)
      : message_bytes_(spec.message_bytes),
        pump_(lane, is_many_packets(spec.message_bytes, kPayloadBytes), spec.idle_timeout_ns, stop),
        in_(spec.message_bytes),
        requests_(spec.side == Side::kClient ? spec.message_bytes : 0,
                  spec.of<QuicOpensslOptions>().verify),
        out_(spec.side == Side::kClient ? requests_.data() : in_.data()),
        taken_(nullptr, api().SSL_free),
        stream_(lane.streams.empty() ? nullptr : lane.streams.front().get()) {}

  Io send_request() noexcept {
    requests_.next();
    return send_message();
  }
  Io receive_reply() noexcept { return requests_.check(receive_message(), in_.data()); }
  Io receive_request() noexcept { return receive_message(); }
  Io send_reply() noexcept { return send_message(); }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const { return requests_.fault_or(pump_.fault()); }

 private:
  Io send_message() noexcept {
    for (std::size_t done = 0;;) {
      std::size_t written = 0;
      if (api().SSL_write_ex(stream_, out_ + done, message_bytes_ - done, &written) == 1)
          [[likely]] {
        done += written;
      } else if (const Io io = pump_.meaning_of_nothing("SSL_write", stream_); io != Io::kOk) {
        return io;
      }
      if (const Io io = pump_.tick(); io != Io::kOk) [[unlikely]]
        return io;
      if (done == message_bytes_) [[likely]]
        return Io::kOk;
      // A window or the buffer is full: acknowledgements make room.
      if (const Io io = pump_.read_some(); io != Io::kOk) return io;
      unread_ = true;
    }
  }

  Io receive_message() noexcept {
    for (std::size_t done = 0;;) {
      // Between messages nothing can be there that no packet has brought since.
      if (!unread_) {
        if (const Io io = pump_.read_some(); io != Io::kOk) [[unlikely]]
          return io;
      }
      unread_ = false;
      if (stream_ == nullptr && !take_stream()) {
        if (const Io io = pump_.state(); io != Io::kOk) return io;
        continue;
      }
      bool moved = false;
      std::size_t got = 0;
      while (done < message_bytes_ &&
             api().SSL_read_ex(stream_, in_.data() + done, message_bytes_ - done, &got) == 1) {
        done += got;
        moved = true;
      }
      if (done == message_bytes_) [[likely]]
        return Io::kOk;
      if (const Io io = pump_.meaning_of_nothing("SSL_read", stream_); io != Io::kOk) return io;
      if (!moved) continue;
      // The peer may wait for the window that has become free.
      if (const Io io = pump_.tick(); io != Io::kOk) return io;
    }
  }

  bool take_stream() noexcept {
    taken_ = pump_.connection().take_stream();
    stream_ = taken_.get();
    return stream_ != nullptr;
  }

  std::uint64_t message_bytes_;
  bool unread_ = false;
  Pump<kWait> pump_;
  PageBuffer in_;
  CheckedMessages requests_;
  const std::uint8_t* out_;
  /// The responder's: it comes with the first message.
  Stream taken_;
  SSL* stream_;
  Counters counters_;
};

}  // namespace xr::ossl
