#pragma once

#include <gnutls/gnutls.h>

#include <cstddef>
#include <cstdint>

#include "base/page_buffer.h"
#include "transport/endpoint_spec.h"
#include "transport/gnutls/identity.h"
#include "transport/gnutls/resumption.h"
#include "transport/outcome.h"
#include "transport/wait/deadline.h"

namespace xr {

/// How a session may be a resumed one; as it is here, it may not.
struct TlsResumption {
  /// A server's: takes tickets of it, and gives one where `gives_ticket`.
  TicketOffice* office = nullptr;
  bool gives_ticket = false;
  /// A client's: wants to be given one.
  bool wants_ticket = false;
  /// A client's: comes back with it.
  const Ticket* ticket = nullptr;
};

/// One TLS 1.3 session over a TCP socket. GnuTLS reads only from a buffer that its owner fills, so
/// that waiting stays the link's and a record costs one recv at most; it writes to the socket.
class TlsSession {
 public:
  /// Eight full records: a receiver of a stream empties the socket with few calls, and what it
  /// reads is still in the cache when it is decrypted.
  static constexpr std::size_t kInputBytes = std::size_t{128} << 10;

  /// `identity` is the server's, `pin` the client's; the other one is null.
  TlsSession(int fd, TlsCipher cipher, const Identity* identity, const Pin* pin,
             const TlsResumption& resumption = {});
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Throws TLS_PIN, TLS, CONNECT_REFUSED, CONNECT_TIMEOUT or STOPPED.
  void handshake(const Deadline& deadline);
  TlsSettings settings() const;
  bool is_resumed() const noexcept { return gnutls_session_is_resumed(session_) != 0; }
  /// After the handshake: waits for what the server gives to come back with.
  Ticket take_ticket(const Deadline& deadline);

  gnutls_session_t get() const noexcept { return session_; }
  int fd() const noexcept { return fd_; }

  /// Flags of the sends to come.
  void set_send_flags(int flags) noexcept { send_flags_ = flags; }
  /// Of the last send that the kernel refused.
  int send_errno() const noexcept { return send_errno_; }

  /// Something is there that GnuTLS has not decrypted or handed out yet.
  bool has_input() const noexcept {
    return from_ < to_ || gnutls_record_check_pending(session_) > 0;
  }
  /// When there is none: waits until there is. Throws CONNECT_REFUSED, CONNECT_TIMEOUT or STOPPED.
  void await_input(const Deadline& deadline, const char* op);
  /// Room for a recv, when there is no input.
  std::uint8_t* room() noexcept { return input_.data(); }
  std::size_t room_bytes() const noexcept { return input_.size(); }
  void filled(std::size_t bytes) noexcept {
    from_ = 0;
    to_ = bytes;
  }

 private:
  static ssize_t push(gnutls_transport_ptr_t self, const void* data, std::size_t length) noexcept;
  static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t length) noexcept;
  static int verify(gnutls_session_t session) noexcept;

  int fd_;
  int send_flags_ = 0;
  int send_errno_ = 0;
  bool pin_failed_ = false;
  const Pin* pin_;
  bool gives_ticket_;
  Credentials client_credentials_;
  PageBuffer input_;
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  gnutls_session_t session_ = nullptr;
};

}  // namespace xr
