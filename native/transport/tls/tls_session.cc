#include "transport/tls/tls_session.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "transport/gnutls/gnutls_error.h"
#include "transport/gnutls/tls_settings.h"

namespace xr {
namespace {

Fault handshake_fault(gnutls_session_t session, int error) {
  Fault fault = gnutls_fault("TLS", "gnutls_handshake", error);
  if (error != GNUTLS_E_FATAL_ALERT_RECEIVED) return fault;
  if (const char* name = gnutls_alert_get_name(gnutls_alert_get(session)); name != nullptr)
    fault.message += std::string(" (") + name + ")";
  return fault;
}

}  // namespace

TlsSession::TlsSession(int fd, TlsCipher cipher, const Identity* identity, const Pin* pin,
                       const TlsResumption& resumption)
    : fd_(fd),
      pin_(pin),
      gives_ticket_(resumption.gives_ticket),
      client_credentials_(no_credentials()),
      input_(kInputBytes) {
  unsigned flags = identity != nullptr ? GNUTLS_SERVER : GNUTLS_CLIENT;
  flags |= GNUTLS_NONBLOCK | GNUTLS_NO_AUTO_SEND_TICKET;
  // Without tickets nothing but data follows the handshake.
  if (resumption.office == nullptr && resumption.ticket == nullptr && !resumption.wants_ticket)
    flags |= GNUTLS_NO_TICKETS;
  check_gnutls("gnutls_init", gnutls_init(&session_, flags));
  try {
    set_priority(session_, cipher);
    check_gnutls("gnutls_credentials_set",
                 gnutls_credentials_set(
                     session_, GNUTLS_CRD_CERTIFICATE,
                     identity != nullptr ? identity->credentials() : client_credentials_.get()));
    if (resumption.office != nullptr) resumption.office->admit(session_, false);
    if (resumption.ticket != nullptr) show_ticket(session_, *resumption.ticket);
  } catch (...) {
    gnutls_deinit(session_);
    throw;
  }
  gnutls_session_set_ptr(session_, this);
  if (pin != nullptr) gnutls_session_set_verify_function(session_, &TlsSession::verify);
  gnutls_transport_set_ptr(session_, this);
  gnutls_transport_set_push_function(session_, &TlsSession::push);
  gnutls_transport_set_pull_function(session_, &TlsSession::pull);
}

TlsSession::~TlsSession() { gnutls_deinit(session_); }

void TlsSession::handshake(const Deadline& deadline) {
  set_send_flags(MSG_DONTWAIT | MSG_NOSIGNAL);
  for (;;) {
    const int result = gnutls_handshake(session_);
    if (result == GNUTLS_E_SUCCESS) break;
    // The peer is told why, or it would wait.
    if (gnutls_error_is_fatal(result) != 0) gnutls_alert_send_appropriate(session_, result);
    if (pin_failed_) {
      throw_fault("TLS_PIN", "gnutls_handshake",
                  "the certificate of the peer is not the one that it announced");
    }
    if (gnutls_error_is_fatal(result) != 0) throw Error(handshake_fault(session_, result));
    if (result != GNUTLS_E_AGAIN) continue;
    if (gnutls_record_get_direction(session_) != 0) {
      deadline.wait(fd_, POLLOUT, "handshake");
      continue;
    }
    await_input(deadline, "handshake");
  }
  if (gives_ticket_)
    check_gnutls("gnutls_session_ticket_send", gnutls_session_ticket_send(session_, 1, 0));
}

void TlsSession::await_input(const Deadline& deadline, const char* op) {
  deadline.wait(fd_, POLLIN, op);
  const ssize_t got = ::recv(fd_, room(), room_bytes(), MSG_DONTWAIT);
  if (got > 0) {
    filled(static_cast<std::size_t>(got));
  } else if (got == 0) {
    throw_fault("CONNECT_REFUSED", op, std::string(op) + ": the peer closed the connection");
  } else if (errno != EAGAIN && errno != EINTR) {
    throw_errno("CONNECT_REFUSED", "recv");
  }
}

Ticket TlsSession::take_ticket(const Deadline& deadline) {
  for (;;) {
    // It comes before any data, of which there is none yet.
    std::uint8_t data = 0;
    const ssize_t result = gnutls_record_recv(session_, &data, sizeof data);
    if (Ticket ticket = ticket_of(session_); !ticket.empty()) return ticket;
    if (result < 0 && gnutls_error_is_fatal(static_cast<int>(result)) != 0)
      throw Error(gnutls_fault("TLS", "gnutls_record_recv", static_cast<int>(result)));
    if (!has_input()) await_input(deadline, "ticket");
  }
}

TlsSettings TlsSession::settings() const { return read_tls_settings(session_); }

ssize_t TlsSession::push(gnutls_transport_ptr_t pointer, const void* data,
                         std::size_t length) noexcept {
  auto* self = static_cast<TlsSession*>(pointer);
  const ssize_t sent = ::send(self->fd_, data, length, self->send_flags_);
  if (sent < 0) {
    self->send_errno_ = errno;
    gnutls_transport_set_errno(self->session_, errno);
  }
  return sent;
}

ssize_t TlsSession::pull(gnutls_transport_ptr_t pointer, void* into, std::size_t length) noexcept {
  auto* self = static_cast<TlsSession*>(pointer);
  const std::size_t have = std::min(length, self->to_ - self->from_);
  if (have == 0) {
    gnutls_transport_set_errno(self->session_, EAGAIN);
    return -1;
  }
  std::memcpy(into, self->input_.data() + self->from_, have);
  self->from_ += have;
  return static_cast<ssize_t>(have);
}

int TlsSession::verify(gnutls_session_t session) noexcept {
  auto* self = static_cast<TlsSession*>(gnutls_session_get_ptr(session));
  self->pin_failed_ = !matches_pin(session, *self->pin_);
  return self->pin_failed_ ? 1 : 0;
}

}  // namespace xr
