#pragma once

#include <cstddef>
#include <cstdint>

#include "measure/stop_flag.h"
#include "transport/gnutls/gnutls_error.h"
#include "transport/tls/tls_session.h"
#include "workload/io.h"

namespace xr {

/// Whether what GnuTLS says of a send stands for what the socket said; a connection reset it calls
/// a premature end.
inline bool is_of_socket(int error) noexcept {
  return error == GNUTLS_E_AGAIN || error == GNUTLS_E_INTERRUPTED || error == GNUTLS_E_PUSH_ERROR ||
         error == GNUTLS_E_PREMATURE_TERMINATION;
}

/// What is there of the session's next record: GnuTLS hands out one at a time, whatever is asked
/// for. `fill()` brings in bytes of the socket, and `failed(op, error)` says what a fault of GnuTLS
/// is to the run.
template <class Fill, class Failed>
inline Io read_record(TlsSession& session, std::uint8_t* into, std::size_t bytes,
                      std::size_t& received, const StopFlag& stop, const Fill& fill,
                      const Failed& failed) noexcept {
  for (;;) {
    if (!session.has_input()) {
      if (const Io io = fill(); io != Io::kOk) [[unlikely]]
        return io;
    }
    const ssize_t got = gnutls_record_recv(session.get(), into, bytes);
    if (got > 0) [[likely]] {
      received = static_cast<std::size_t>(got);
      return Io::kOk;
    }
    if (got == 0) return stop.is_set() ? Io::kStopped : Io::kClosed;
    // A record that is not complete yet, or one without data, as an update of the keys.
    if (gnutls_error_is_fatal(static_cast<int>(got)) == 0) continue;
    return failed("gnutls_record_recv", static_cast<int>(got));
  }
}

}  // namespace xr
