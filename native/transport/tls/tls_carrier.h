#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/message/byte_stream_messages.h"
#include "transport/message/socket_carrier.h"
#include "transport/tls/tls_record.h"
#include "transport/tls/tls_session.h"
#include "workload/io.h"

namespace xr {

/// The bytes in the records of TLS sessions. A message up to 16 KiB, its head included, is one
/// record.
template <WaitPolicy kWait>
class TlsCarrier {
 public:
  /// `sessions` stay the endpoint's, and their sockets are shut down by a stop.
  TlsCarrier(std::vector<TlsSession*> sessions, const StopFlag& stop)
      : sessions_(std::move(sessions)), sockets_(fds_of(sessions_), stop), stop_(stop) {
    for (TlsSession* session : sessions_) session->set_send_flags(MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  std::size_t size() const noexcept { return sockets_.size(); }
  const std::vector<std::uint32_t>& ready() const noexcept { return sockets_.ready(); }
  void want_room(std::uint32_t i, bool wanted) noexcept { sockets_.want_room(i, wanted); }
  bool has_input(std::uint32_t i) const noexcept { return sessions_[i]->has_input(); }

  /// After kFull the same bytes resume the record that is on its way.
  Io send(std::uint32_t i, const std::uint8_t* data, std::size_t bytes,
          std::size_t& sent) noexcept {
    for (;;) {
      const ssize_t taken = gnutls_record_send(sessions_[i]->get(), data, bytes);
      if (taken >= 0) [[likely]] {
        sent = static_cast<std::size_t>(taken);
        return Io::kOk;
      }
      const int error = static_cast<int>(taken);
      if (!is_of_socket(error)) return failed("gnutls_record_send", error);
      const Io io = sockets_.after_error("send", sessions_[i]->send_errno(), Io::kFull);
      if (io != Io::kOk) return io;
    }
  }

  Io receive(std::uint32_t i, std::uint8_t* into, std::size_t bytes, bool, std::uint64_t limit_ns,
             std::size_t& received) noexcept {
    TlsSession& session = *sessions_[i];
    const auto fill = [&]() noexcept {
      std::size_t filled = 0;
      const Io io =
          sockets_.receive(i, session.room(), session.room_bytes(), false, limit_ns, filled);
      if (io == Io::kOk) [[likely]]
        session.filled(filled);
      return io;
    };
    return read_record(session, into, bytes, received, stop_, fill,
                       [this](const char* op, int error) noexcept { return failed(op, error); });
  }

  Io await(std::uint64_t limit_ns) noexcept {
    // What is decrypted already its socket says nothing of.
    const bool is_there = sessions_.size() == 1 && sessions_.front()->has_input();
    return is_there ? Io::kOk : sockets_.await(limit_ns);
  }
  Io await_room(std::span<const std::uint32_t> sending, std::uint64_t limit_ns) noexcept {
    return sockets_.await_room(sending, limit_ns);
  }

  IoFailure failure() const noexcept { return tls_error_ == 0 ? sockets_.failure() : failure_; }
  std::optional<Fault> fault() const {
    if (tls_error_ == 0) return std::nullopt;
    return gnutls_fault("TLS", failure_.op, tls_error_);
  }

 private:
  static std::vector<int> fds_of(const std::vector<TlsSession*>& sessions) {
    std::vector<int> fds;
    for (const TlsSession* session : sessions) fds.push_back(session->fd());
    return fds;
  }

  Io failed(const char* op, int error) noexcept {
    if (stop_.is_set()) return Io::kStopped;
    failure_ = {op, 0};
    tls_error_ = error;
    return Io::kError;
  }

  std::vector<TlsSession*> sessions_;
  SocketCarrier<kWait> sockets_;
  const StopFlag& stop_;
  IoFailure failure_;
  int tls_error_ = 0;
};

template <WaitPolicy kWait>
using TlsMessages = ByteStreamMessages<TlsCarrier<kWait>>;

}  // namespace xr
