#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/socket/socket_error.h"
#include "transport/socket/spin_guard.h"
#include "transport/tls/tls_session.h"
#include "workload/io.h"
#include "workload/stream.h"

namespace xr {

/// The data path of one TLS connection: as TcpLink, with a record layer between. A message up to
/// 16 KiB is one record; a round trip of it is one send and one recv.
template <WaitPolicy kWait>
class TlsLink {
 public:
  /// `session` stays the endpoint's. With `kBlock` SO_RCVTIMEO and SO_SNDTIMEO of its socket are
  /// the idle timeout.
  TlsLink(TlsSession& session, std::uint64_t message_bytes, std::size_t buffer_bytes,
          std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : session_(session),
        message_bytes_(message_bytes),
        buffer_(buffer_bytes),
        idle_timeout_ns_(idle_timeout_ns),
        stop_(stop) {}

  Io send_request() noexcept { return send_message(); }
  Io receive_reply() noexcept { return receive_message(); }
  Io receive_request() noexcept { return receive_message(); }
  Io send_reply() noexcept { return send_message(); }

  Io send_some(std::uint64_t most) noexcept {
    const Io io = send_message(most == kUnlimitedBatch ? MSG_MORE : 0);
    if (io == Io::kOk) [[likely]] {
      counters_.messages += 1;
      counters_.bytes += message_bytes_;
    }
    return io;
  }

  Io receive_some() noexcept {
    std::size_t received = 0;
    const Io io = receive(buffer_.data(), buffer_.size(), received);
    counters_.bytes += received;
    counters_.messages = counters_.bytes / message_bytes_;
    return io;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }
  /// What GnuTLS has to say, where the fault is not the socket's.
  std::optional<Fault> fault() const {
    if (tls_error_ == 0) return std::nullopt;
    return gnutls_fault("TLS", failure_.op, tls_error_);
  }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

  Io send_message(int flags = 0) noexcept {
    session_.set_send_flags(kFlags | flags | MSG_NOSIGNAL);
    std::size_t done = 0;
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      // After GNUTLS_E_AGAIN the same arguments resume the record that is on its way.
      const ssize_t sent =
          gnutls_record_send(session_.get(), buffer_.data() + done, message_bytes_ - done);
      if (sent >= 0) [[likely]] {
        done += static_cast<std::size_t>(sent);
        if (done == message_bytes_) [[likely]]
          return Io::kOk;
        guard.progressed();
      } else if (const Io io = after_send(static_cast<int>(sent), guard); io != Io::kOk) {
        return io;
      }
      if (stop_.is_set()) [[unlikely]]
        return Io::kStopped;
    }
  }

  Io receive_message() noexcept {
    std::size_t done = 0;
    while (done < message_bytes_) {
      std::size_t received = 0;
      const Io io = receive(buffer_.data() + done, message_bytes_ - done, received);
      if (io != Io::kOk) [[unlikely]]
        return io;
      done += received;
    }
    return Io::kOk;
  }

  Io receive(std::uint8_t* into, std::size_t length, std::size_t& received) noexcept {
    for (;;) {
      if (!session_.has_input()) {
        if (const Io io = fill(); io != Io::kOk) [[unlikely]]
          return io;
      }
      const ssize_t got = gnutls_record_recv(session_.get(), into, length);
      if (got > 0) [[likely]] {
        received = static_cast<std::size_t>(got);
        return Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      // A record that is not complete yet, or one without data, as an update of the keys.
      if (gnutls_error_is_fatal(static_cast<int>(got)) == 0) continue;
      failure_ = {"gnutls_record_recv", 0};
      tls_error_ = static_cast<int>(got);
      return stop_.is_set() ? Io::kStopped : Io::kError;
    }
  }

  /// Waits for bytes from the socket.
  Io fill() noexcept {
    SpinGuard guard(idle_timeout_ns_, stop_);
    for (;;) {
      const ssize_t got = ::recv(session_.fd(), session_.room(), session_.room_bytes(), kFlags);
      if (got > 0) [[likely]] {
        session_.filled(static_cast<std::size_t>(got));
        return Io::kOk;
      }
      if (got == 0) return stop_.is_set() ? Io::kStopped : Io::kClosed;
      if (const Io io = after_errno("recv", errno, guard); io != Io::kOk) return io;
    }
  }

  Io after_send(int error, SpinGuard& guard) noexcept {
    // These stand for what the socket said; a connection reset is called a premature end.
    if (error == GNUTLS_E_AGAIN || error == GNUTLS_E_INTERRUPTED || error == GNUTLS_E_PUSH_ERROR ||
        error == GNUTLS_E_PREMATURE_TERMINATION) {
      return after_errno("send", session_.send_errno(), guard);
    }
    failure_ = {"gnutls_record_send", 0};
    tls_error_ = error;
    return stop_.is_set() ? Io::kStopped : Io::kError;
  }

  /// kOk = try again.
  Io after_errno(const char* op, int error, SpinGuard& guard) noexcept {
    failure_ = {op, error};
    return after_socket_error<kWait>(error, stop_, guard);
  }

  TlsSession& session_;
  std::uint64_t message_bytes_;
  PageBuffer buffer_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  Counters counters_;
  IoFailure failure_;
  int tls_error_ = 0;
};

}  // namespace xr
