#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>

#include "transport/gnutls/gnutls_error.h"
#include "transport/tls/tls_session.h"

namespace xr {

/// TLS 1.3 over the TCP connections of a run of connects.
class TlsLayer {
 public:
  static constexpr bool kHasHandshake = true;
  using Session = std::unique_ptr<TlsSession>;

  /// `identity` is the server's, `pin` the client's; the other one is null.
  TlsLayer(TlsCipher cipher, const Identity* identity, const Pin* pin,
           const TlsResumption& resumption)
      : cipher_(cipher), identity_(identity), pin_(pin), resumption_(resumption) {}

  Session open(int fd, const Deadline& deadline) const {
    auto session = std::make_unique<TlsSession>(fd, cipher_, identity_, pin_, resumption_);
    session->handshake(deadline);
    return session;
  }
  bool wants_resumption() const { return resumption_.ticket != nullptr; }
  bool is_resumed(const Session& session) const { return session->is_resumed(); }

  void write(Session& session, const std::uint8_t* data, std::size_t length,
             const Deadline& deadline) const {
    for (std::size_t done = 0; done < length;) {
      const ssize_t sent = gnutls_record_send(session->get(), data + done, length - done);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
      } else if (sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED) {
        deadline.wait(session->fd(), POLLOUT, "send");
      } else {
        throw Error(gnutls_fault("CONNECT_REFUSED", "gnutls_record_send", static_cast<int>(sent)));
      }
    }
  }

  void read(Session& session, std::uint8_t* into, std::size_t length,
            const Deadline& deadline) const {
    for (std::size_t done = 0; done < length;) {
      if (!session->has_input()) session->await_input(deadline, "recv");
      const ssize_t got = gnutls_record_recv(session->get(), into + done, length - done);
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (got == 0) {
        throw_fault("CONNECT_REFUSED", "recv", "recv: the peer closed the connection");
      } else if (gnutls_error_is_fatal(static_cast<int>(got)) != 0) {
        throw Error(gnutls_fault("TLS", "gnutls_record_recv", static_cast<int>(got)));
      }
    }
  }

 private:
  TlsCipher cipher_;
  const Identity* identity_;
  const Pin* pin_;
  TlsResumption resumption_;
};

}  // namespace xr
