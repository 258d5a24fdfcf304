#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "transport/message/byte_stream_messages.h"
#include "transport/message/ready_sockets.h"
#include "transport/quic_openssl/openssl_pump.h"
#include "workload/io.h"

namespace xr::ossl {

/// The bytes of one bidirectional stream that lives as long as the connection. The server's comes
/// with the first message: until then it has no room.
template <WaitPolicy kWait>
class StreamCarrier {
 public:
  StreamCarrier(Lane& lane, bool bulk, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : pump_(std::make_unique<Pump<kWait>>(lane, bulk, idle_timeout_ns, stop)),
        taken_(nullptr, api().SSL_free),
        stream_(lane.streams.empty() ? nullptr : lane.streams.front().get()) {}

  static constexpr std::size_t size() noexcept { return 1; }
  const std::vector<std::uint32_t>& ready() const noexcept { return ready_; }
  void want_room(std::uint32_t, bool) noexcept {}
  bool has_input(std::uint32_t) const noexcept { return has_unread_; }

  /// Each is an SSL_write of its own, or several where OpenSSL's buffer has no room for all.
  Io send(std::uint32_t, const std::uint8_t* data, std::size_t bytes, std::size_t& sent) noexcept {
    if (stream_ == nullptr && !take_stream()) return or_else(pump_->state(), Io::kFull);
    if (api().SSL_write_ex(stream_, data, bytes, &sent) == 1) [[likely]]
      return tick();
    sent = 0;
    if (const Io io = pump_->meaning_of_nothing("SSL_write", stream_); io != Io::kOk) return io;
    return or_else(tick(), Io::kFull);
  }

  Io receive(std::uint32_t, std::uint8_t* into, std::size_t bytes, bool, std::uint64_t limit_ns,
             std::size_t& received) noexcept {
    if (has_unread_) {
      if (const Io io = read(into, bytes, received); io != Io::kDue) return io;
    }
    if (const Io io = await_packets(limit_ns); io != Io::kOk) return io;
    return read(into, bytes, received);
  }

  /// Of what OpenSSL holds already the socket says nothing.
  Io await(std::uint64_t limit_ns) noexcept {
    return has_unread_ ? Io::kOk : await_packets(limit_ns);
  }
  Io await_room(std::span<const std::uint32_t>, std::uint64_t limit_ns) noexcept {
    return await_packets(limit_ns);
  }

  IoFailure failure() const noexcept { return pump_->failure(); }
  std::optional<Fault> fault() const { return pump_->fault(); }

 private:
  static Io or_else(Io io, Io other) noexcept { return io == Io::kOk ? other : io; }

  Io tick() noexcept {
    owes_window_ = false;
    return pump_->tick();
  }

  /// Until something came, which may have made room.
  Io await_packets(std::uint64_t limit_ns) noexcept {
    if (owes_window_) {
      if (const Io io = tick(); io != Io::kOk) return io;
    }
    const Io io = pump_->read_some(std::min(limit_ns, kMessageNapNs));
    if (io == Io::kStalled) return Io::kDue;
    has_unread_ = true;
    return io;
  }

  /// kDue: nothing of the stream is there.
  Io read(std::uint8_t* into, std::size_t bytes, std::size_t& received) noexcept {
    if (stream_ == nullptr && !take_stream()) {
      has_unread_ = false;
      return or_else(pump_->state(), Io::kDue);
    }
    if (api().SSL_read_ex(stream_, into, bytes, &received) == 1) [[likely]] {
      // The window that has become free goes out with what is sent next, or before a sleep.
      owes_window_ = true;
      return Io::kOk;
    }
    has_unread_ = false;
    return or_else(pump_->meaning_of_nothing("SSL_read", stream_), Io::kDue);
  }

  bool take_stream() noexcept {
    taken_ = pump_->connection().take_stream();
    stream_ = taken_.get();
    return stream_ != nullptr;
  }

  /// It stays where it is: the connection sends through it.
  std::unique_ptr<Pump<kWait>> pump_;
  Stream taken_;
  SSL* stream_;
  std::vector<std::uint32_t> ready_{0};
  /// Something came of which nobody knows yet that all was read.
  bool has_unread_ = true;
  bool owes_window_ = false;
};

template <WaitPolicy kWait>
using Messages = ByteStreamMessages<StreamCarrier<kWait>>;

}  // namespace xr::ossl
