#pragma once

#include <gnutls/gnutls.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace xr {

/// What a server needs to let clients come back with a ticket (RFC 8446 section 2.2), and with data
/// in their first packets: a key of its own, and a memory of which first messages it has seen, so
/// that a replayed one does not have its early data heard twice (RFC 8446 section 8.2). All of it
/// lives and dies with one endpoint.
class TicketOffice {
 public:
  TicketOffice();
  ~TicketOffice();
  TicketOffice(const TicketOffice&) = delete;
  TicketOffice& operator=(const TicketOffice&) = delete;

  /// A session of this server's, before its handshake, takes tickets; with `early_data`, data too.
  void admit(gnutls_session_t session, bool early_data);

 private:
  static int remember(void* self, std::time_t until, const gnutls_datum_t* key,
                      const gnutls_datum_t* data) noexcept;

  using AntiReplay = std::unique_ptr<std::remove_pointer_t<gnutls_anti_replay_t>,
                                     decltype(&gnutls_anti_replay_deinit)>;
  gnutls_datum_t key_{};
  AntiReplay anti_replay_;
  /// Two generations, of which the older goes when GnuTLS needs it no more.
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::string> seen_before_;
  std::time_t turns_at_ = 0;
};

/// A client's: what it comes back with. It holds a secret, and never leaves the process.
using Ticket = std::vector<std::uint8_t>;

/// Of a session that has received one; empty otherwise.
Ticket ticket_of(gnutls_session_t session);
/// Before the handshake: comes back with it.
void show_ticket(gnutls_session_t session, const Ticket& ticket);

}  // namespace xr
