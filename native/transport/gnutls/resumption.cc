#include "transport/gnutls/resumption.h"

#include <ctime>

#include "transport/gnutls/gnutls_error.h"

namespace xr {
namespace {

// A ticket is good for a run of any length that is allowed.
constexpr int kTicketSeconds = 7 * 24 * 3600;
// Of QUIC, where flow control limits early data (RFC 9001 section 4.6.1).
constexpr std::size_t kUnlimitedEarlyBytes = 0xffff'ffff;
// GnuTLS asks about what is younger than its window of ten seconds (gnutls_anti_replay_set_window).
constexpr std::time_t kGenerationSeconds = 20;

gnutls_anti_replay_t new_anti_replay() {
  gnutls_anti_replay_t handle = nullptr;
  check_gnutls("gnutls_anti_replay_init", gnutls_anti_replay_init(&handle));
  return handle;
}

}  // namespace

TicketOffice::TicketOffice() : anti_replay_(new_anti_replay(), &gnutls_anti_replay_deinit) {
  gnutls_anti_replay_set_ptr(anti_replay_.get(), this);
  gnutls_anti_replay_set_add_function(anti_replay_.get(), &TicketOffice::remember);
  check_gnutls("gnutls_session_ticket_key_generate", gnutls_session_ticket_key_generate(&key_));
}

TicketOffice::~TicketOffice() {
  gnutls_memset(key_.data, 0, key_.size);
  gnutls_free(key_.data);
}

void TicketOffice::admit(gnutls_session_t session, bool early_data) {
  check_gnutls("gnutls_session_ticket_enable_server",
               gnutls_session_ticket_enable_server(session, &key_));
  gnutls_db_set_cache_expiration(session, kTicketSeconds);
  if (!early_data) return;
  gnutls_anti_replay_enable(session, anti_replay_.get());
  check_gnutls("gnutls_record_set_max_early_data_size",
               gnutls_record_set_max_early_data_size(session, kUnlimitedEarlyBytes));
}

int TicketOffice::remember(void* user, std::time_t, const gnutls_datum_t* key,
                           const gnutls_datum_t*) noexcept {
  auto* self = static_cast<TicketOffice*>(user);
  try {
    if (const std::time_t now = std::time(nullptr); now >= self->turns_at_) {
      self->seen_before_ = std::move(self->seen_);
      self->seen_.clear();
      self->turns_at_ = now + kGenerationSeconds;
    }
    std::string name(reinterpret_cast<const char*>(key->data), key->size);
    if (self->seen_before_.contains(name)) return GNUTLS_E_DB_ENTRY_EXISTS;
    return self->seen_.insert(std::move(name)).second ? 0 : GNUTLS_E_DB_ENTRY_EXISTS;
  } catch (...) {
    // Whoever cannot remember must not hear early data.
    return GNUTLS_E_MEMORY_ERROR;
  }
}

Ticket ticket_of(gnutls_session_t session) {
  if ((gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) == 0) return {};
  gnutls_datum_t data{};
  if (gnutls_session_get_data2(session, &data) < 0) return {};
  Ticket ticket(data.data, data.data + data.size);
  gnutls_memset(data.data, 0, data.size);
  gnutls_free(data.data);
  return ticket;
}

void show_ticket(gnutls_session_t session, const Ticket& ticket) {
  check_gnutls("gnutls_session_set_data",
               gnutls_session_set_data(session, ticket.data(), ticket.size()));
}

}  // namespace xr
