#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/socket/byte_stream_link.h"
#include "transport/socket/socket_error.h"
#include "transport/tls/tls_record.h"
#include "transport/tls/tls_session.h"
#include "transport/wait/spin_guard.h"
#include "workload/io.h"

namespace xr {

/// Bytes in the records of a TLS session. With `kBlock` SO_RCVTIMEO and SO_SNDTIMEO of its socket
/// are the idle timeout.
template <WaitPolicy kWait>
class TlsBytes {
 public:
  /// `session` stays the endpoint's.
  TlsBytes(TlsSession& session, std::uint64_t idle_timeout_ns, const StopFlag& stop)
      : session_(session), idle_timeout_ns_(idle_timeout_ns), stop_(stop) {}

  void begin_send(bool more) noexcept {
    session_.set_send_flags(kFlags | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  }
  /// After GNUTLS_E_AGAIN the same arguments resume the record that is on its way.
  ssize_t send(const std::uint8_t* data, std::size_t length) noexcept {
    return gnutls_record_send(session_.get(), data, length);
  }
  Io after_send(ssize_t result, SpinGuard& guard) noexcept {
    const int error = static_cast<int>(result);
    if (is_of_socket(error)) return after_errno("send", session_.send_errno(), guard);
    return failed("gnutls_record_send", error);
  }

  Io receive(std::uint8_t* into, std::size_t length, bool, std::size_t& received) noexcept {
    return read_record(
        session_, into, length, received, stop_, [this]() noexcept { return fill(); },
        [this](const char* op, int error) noexcept { return failed(op, error); });
  }

  IoFailure failure() const noexcept { return failure_; }
  /// What GnuTLS has to say, where the fault is not the socket's.
  std::optional<Fault> fault() const {
    if (tls_error_ == 0) return std::nullopt;
    return gnutls_fault("TLS", failure_.op, tls_error_);
  }

 private:
  static constexpr int kFlags = kWait == WaitPolicy::kSpin ? MSG_DONTWAIT : 0;

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

  Io failed(const char* op, int error) noexcept {
    failure_ = {op, 0};
    tls_error_ = error;
    return stop_.is_set() ? Io::kStopped : Io::kError;
  }

  /// kOk = try again.
  Io after_errno(const char* op, int error, SpinGuard& guard) noexcept {
    failure_ = {op, error};
    return after_socket_error<kWait>(error, stop_, guard);
  }

  TlsSession& session_;
  std::uint64_t idle_timeout_ns_;
  const StopFlag& stop_;
  IoFailure failure_;
  int tls_error_ = 0;
};

/// One TLS connection: as TcpLink, with a record layer between. A message up to 16 KiB is one
/// record; a round trip of it is one send and one recv.
template <WaitPolicy kWait>
using TlsLink = ByteStreamLink<TlsBytes<kWait>>;

}  // namespace xr
