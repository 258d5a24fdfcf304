#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/page_buffer.h"
#include "base/units.h"
#include "measure/clock.h"
#include "measure/stop_flag.h"
#include "transport/quic_openssl/openssl_lane.h"
#include "transport/socket/datagram_batch.h"
#include "transport/socket/segmented_sender.h"
#include "transport/socket/spin_guard.h"
#include "workload/io.h"

namespace xr::ossl {

/// A sleeping receive gives up after so long and looks at the timers: SO_RCVTIMEO of the socket.
/// Shorter than any probe timeout, which includes the peer's 25 ms of acknowledgement delay.
inline constexpr std::uint64_t kNapNs = 20 * kNsPerMs;

/// Moves packets between a lane's socket and its connection, and keeps its timers.
template <WaitPolicy kWait>
class Pump {
 public:
  /// `bulk`: many packets at a time, else one.
  Pump(Lane& lane, bool bulk, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : lane_(lane),
        connection_(*lane.connection),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop),
        sender_(lane.fd.get(), kLargestPacketBytes, lane.segmenting, idle_timeout_ns, stop),
        single_(bulk ? 0 : kLargestPacketBytes) {
    if (bulk) batch_.emplace(kLargestPacketBytes, lane.merging);
    connection_.network().send_by(&Pump::send, this);
    note_timer();
  }

  ~Pump() {
    send_singly(lane_);
    lane_.packets_sent += sender_.packets();
    lane_.send_calls += sender_.calls();
    lane_.packets_received += packets_received_;
    lane_.segmenting = sender_.segmenting();
  }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  Connection& connection() noexcept { return connection_; }

  /// Has everything sent that may be sent now.
  Io tick() noexcept {
    connection_.tick();
    const Io io = sender_.flush();
    note_timer();
    if (sending_ != Io::kOk) [[unlikely]]
      return failed_to_send(sending_);
    return io == Io::kOk ? io : failed_to_send(io);
  }

  /// Waits until something came and was taken in, or a timer was due; what had to be answered is
  /// sent then.
  Io read_some() noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    std::uint64_t since_ns = 0;
    for (;;) {
      if constexpr (kWait == WaitPolicy::kBlock) {
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (since_ns == 0) since_ns = now_ns;
        if (now_ns >= due_ns_) return tick();
        if (now_ns - since_ns > idle_timeout_ns_) return stalled();
        // Further away than a receive sleeps by itself: no second system call.
        const std::uint64_t left_ns =
            std::min(due_ns_ - now_ns, since_ns + idle_timeout_ns_ + 1 - now_ns);
        if (left_ns < kNapNs) nap(left_ns);
        if (const Io io = receive(left_ns < kNapNs ? MSG_DONTWAIT : 0); io != Io::kLost) return io;
      } else {
        if (const Io io = receive(MSG_DONTWAIT); io != Io::kLost) return io;
        if (monotonic_raw_ns() >= due_ns_) return tick();
        if (const Io io = guard.poll(); io != Io::kOk) return io == Io::kStalled ? stalled() : io;
      }
    }
  }

  /// Takes in what is there already.
  Io read_ready() noexcept {
    for (;;) {
      const Io io = receive(MSG_DONTWAIT);
      if (io == Io::kLost) break;
      if (io != Io::kOk) return io;
    }
    return monotonic_raw_ns() >= due_ns_ ? tick() : Io::kOk;
  }

  /// After a read or a write of a stream that moved nothing.
  Io meaning_of_nothing(const char* op, const SSL* stream) noexcept {
    return noted(op, connection_.meaning_of_nothing(stream));
  }

  /// Where there is no stream yet.
  Io state() noexcept { return noted("SSL_accept_stream", connection_.state()); }

  std::uint64_t refused() const noexcept { return sender_.refused(); }
  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    if (!broken_) return std::nullopt;
    return connection_.fault(failure_.op);
  }

 private:
  Io noted(const char* op, Io io) noexcept {
    if (io == Io::kOk) [[likely]]
      return io;
    if (stop_.is_set()) return Io::kStopped;
    failure_ = {op, 0};
    broken_ = io == Io::kError;
    return io;
  }

  /// OpenSSL asks its peer for no larger ones, and sends none.
  static constexpr std::size_t kLargestPacketBytes = 1500;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  static void send(void* context, const std::uint8_t* data, std::size_t length) {
    auto* self = static_cast<Pump*>(context);
    if (length > kLargestPacketBytes) return;
    std::memcpy(self->sender_.room(), data, length);
    const Io io = self->sender_.add(length);
    if (io != Io::kOk) [[unlikely]]
      self->sending_ = io;
  }

  void note_timer() noexcept {
    const std::uint64_t in_ns = connection_.due_in_ns();
    due_ns_ = in_ns == kNever ? kNever : monotonic_raw_ns() + in_ns;
  }

  /// kLost = nothing was there.
  Io receive(int flags) noexcept {
    return batch_ ? receive_batch(flags == 0 ? MSG_WAITFORONE : flags) : receive_one(flags);
  }

  Io receive_one(int flags) noexcept {
    const ssize_t got = ::recv(lane_.fd.get(), single_.data(), single_.size(), flags);
    if (got < 0) return nothing("recv");
    if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kLost;
    ++packets_received_;
    connection_.network().put(single_.data(), static_cast<std::size_t>(got));
    return tick();
  }

  Io receive_batch(int flags) noexcept {
    const int got = batch_->receive(lane_.fd.get(), flags);
    if (got < 0) return nothing("recvmmsg");
    Io io = Io::kOk;
    bool any = false;
    DatagramBio& network = connection_.network();
    batch_->for_each(got, [&](const std::uint8_t* data, std::size_t length) {
      ++packets_received_;
      any = true;
      network.put(data, length);
      if (!network.has_room() && io == Io::kOk) io = tick();
    });
    if (!any) return stop_.is_set() ? Io::kStopped : Io::kLost;
    return io == Io::kOk ? tick() : io;
  }

  Io nothing(const char* op) noexcept {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) [[likely]]
      return stop_.is_set() && kWait == WaitPolicy::kBlock ? Io::kStopped : Io::kLost;
    if (stop_.is_set()) return Io::kStopped;
    if (error == EINTR) return Io::kLost;
    failure_ = {op, error};
    return error == ECONNREFUSED ? Io::kClosed : Io::kError;
  }

  void nap(std::uint64_t ns) noexcept {
    pollfd watched{lane_.fd.get(), POLLIN, 0};
    const timespec limit{static_cast<time_t>(ns / kNsPerSec), static_cast<long>(ns % kNsPerSec)};
    ::ppoll(&watched, 1, &limit, nullptr);
  }

  Io failed_to_send(Io io) noexcept {
    failure_ = sender_.failure();
    return io;
  }

  Io stalled() noexcept {
    failure_ = {"recv", 0};
    return stop_.is_set() ? Io::kStopped : Io::kStalled;
  }

  Lane& lane_;
  Connection& connection_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  SegmentedSender<kWait> sender_;
  PageBuffer single_;
  std::optional<DatagramReceiver> batch_;
  Io sending_ = Io::kOk;
  std::uint64_t due_ns_ = kNever;
  std::uint64_t packets_received_ = 0;
  IoFailure failure_;
  bool broken_ = false;
};

}  // namespace xr::ossl
