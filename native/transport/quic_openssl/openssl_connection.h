#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "transport/outcome.h"
#include "transport/quic_openssl/datagram_bio.h"
#include "transport/quic_openssl/openssl_context.h"
#include "workload/io.h"

namespace xr::ossl {

/// A stream belongs to the connection that it was opened on or taken from.
using Stream = Owned<SSL>;

/// One QUIC connection without any input or output of its own, at one thread at a time. A server's
/// begins as a listener, which takes the first client that knows the token.
class Connection {
 public:
  enum class Handshake { kDone, kPending, kFailed };

  Connection(Side side, const Context& context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  DatagramBio& network() noexcept { return network_; }

  /// Reads and answers what is in the network, and what timers are due.
  void tick() noexcept {
    do {
      if (api().SSL_handle_events(engine()) != 1) [[unlikely]]
        api().ERR_clear_error();
    } while (network_.is_waiting());
  }

  /// What was received over the connection so far.
  struct Received {
    /// Taken for the connection's own, by the ID that they name; where it has none, all are.
    /// Without those that may be left of a greeting.
    std::uint64_t datagrams = 0;
    /// That have a number under which none has come yet, whether they can be opened or not.
    std::uint64_t packets = 0;
    /// Of packets that its keys have opened: nobody but the peer has them.
    std::uint64_t frames = 0;
  };
  const Received& received() const noexcept { return received_; }
  /// Whether a datagram is counted there.
  static bool is_counted(std::size_t length) noexcept;

  /// How long until the next timer, after `tick`; the largest value = there is none.
  std::uint64_t due_in_ns() const noexcept;

  /// One step; `tick` and time bring the next.
  Handshake shake_hands() noexcept;
  /// Why it failed.
  Fault handshake_fault() const;

  /// Throws where the peer lets none be opened.
  Stream open_stream(bool both_ways);
  /// One that the peer opened, or null. Does not allocate for a stream already taken.
  Stream take_stream() noexcept {
    if (api().SSL_get_accept_stream_queue_len(connection_.get()) == 0)
      return Stream(nullptr, api().SSL_free);
    return Stream(api().SSL_accept_stream(connection_.get(), kAcceptStreamNoBlock), api().SSL_free);
  }

  /// kOk until it has ended: where there is no stream yet that would tell.
  Io state() const noexcept;

  /// What a read or write that moved nothing means: kOk = nothing now, else how the connection
  /// ended, of which `fault` tells where it is an error.
  Io meaning_of_nothing(const SSL* stream) noexcept;
  std::optional<Fault> fault(const char* op) const;

  /// Says farewell, in one packet.
  void leave() noexcept;

  TlsSettings tls_settings() const;

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  /// Whatever of it there is drives all.
  SSL* engine() const noexcept { return connection_ ? connection_.get() : listener_.get(); }
  void adopt(SSL* connection);
  static void note(int sent, int version, int what, const void* data, std::size_t length, SSL* of,
                   void* self) noexcept;
  bool closing(SSL_CONN_CLOSE_INFO& info) const noexcept;
  static Io meaning_of(const SSL_CONN_CLOSE_INFO& info) noexcept;

  const Context& context_;
  DatagramBio network_;
  Received received_;
  Owned<SSL> listener_;
  Owned<SSL> connection_;
};

}  // namespace xr::ossl
