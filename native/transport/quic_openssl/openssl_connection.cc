#include "transport/quic_openssl/openssl_connection.h"

#include <cctype>

#include "base/units.h"
#include "transport/datagram/datagram_greeting.h"

namespace xr::ossl {
namespace {

/// `TLS_AES_128_GCM_SHA256` → `AES-128-GCM`, as GnuTLS calls it.
std::string cipher_name(const char* suite) {
  const std::string name = suite == nullptr ? "" : suite;
  if (name == "TLS_AES_128_GCM_SHA256") return "AES-128-GCM";
  if (name == "TLS_AES_256_GCM_SHA384") return "AES-256-GCM";
  if (name == "TLS_CHACHA20_POLY1305_SHA256") return "CHACHA20-POLY1305";
  return name;
}

std::string upper(const char* word) {
  std::string text = word == nullptr ? "" : word;
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Connection::Connection(Side side, const Context& context)
    : context_(context), listener_(nullptr, api().SSL_free), connection_(nullptr, api().SSL_free) {
  if (side == Side::kServer) {
    // A Retry would prove the client's address once more: the socket is connected to it already.
    listener_.reset(api().SSL_new_listener(context.get(), kListenerNoValidate));
    require(listener_ != nullptr, "SSL_new_listener");
    BIO* bio = network_.make();
    api().SSL_set_bio(listener_.get(), bio, bio);
    require(api().SSL_set_blocking_mode(listener_.get(), 0) == 1, "SSL_set_blocking_mode");
    require(api().SSL_listen(listener_.get()) == 1, "SSL_listen");
    return;
  }
  SSL* connection = api().SSL_new(context.get());
  require(connection != nullptr, "SSL_new");
  connection_.reset(connection);
  BIO* bio = network_.make();
  api().SSL_set_bio(connection, bio, bio);
  api().SSL_set_connect_state(connection);
  require(api().SSL_set_alpn_protos(connection,
                                    reinterpret_cast<const unsigned char*>(kAlpnList.data()),
                                    static_cast<unsigned>(kAlpnList.size())) == 0,
          "SSL_set_alpn_protos");
  std::string name = context.server_name();
  require(api().SSL_ctrl(connection, kCtrlSetHostName, 0, name.data()) == 1,
          "SSL_set_tlsext_host_name");
  // Stalls are ours to find. The server's own limit of 30 s stays where it is OpenSSL's.
  api().SSL_set_value_uint(connection, kValueFeatureRequest, kValueIdleTimeout, 0);
  adopt(connection);
}

Connection::~Connection() = default;

void Connection::adopt(SSL* connection) {
  require(api().SSL_set_blocking_mode(connection, 0) == 1, "SSL_set_blocking_mode");
  // Reading and writing only move bytes: when packets are made is the loops' to say.
  require(api().SSL_set_value_uint(connection, kValueGeneric, kValueEventHandlingMode,
                                   kEventHandlingExplicit) == 1,
          "SSL_set_event_handling_mode");
  require(api().SSL_set_default_stream_mode(connection, kDefaultStreamNone) == 1,
          "SSL_set_default_stream_mode");
  require(api().SSL_set_incoming_stream_policy(connection, kIncomingStreamAccept, 0) == 1,
          "SSL_set_incoming_stream_policy");
  api().SSL_ctrl(connection, kCtrlSetMessageCallbackArgument, 0, this);
  api().SSL_set_msg_callback(connection, &Connection::note);
}

bool Connection::is_counted(std::size_t length) noexcept {
  constexpr std::size_t kAnyRoom = 65'536;
  return !may_be_greeting(length, kAnyRoom);
}

void Connection::note(int sent, int, int what, const void*, std::size_t length, SSL*,
                      void* self) noexcept {
  if (sent != 0) return;
  Received& received = static_cast<Connection*>(self)->received_;
  switch (what) {
    case kToldDatagram: received.datagrams += is_counted(length); break;
    case kToldPacket: ++received.packets; break;
    case kToldFrame:
    case kToldFrameHeader:
    case kToldPadding: ++received.frames; break;
    default: break;
  }
}

std::uint64_t Connection::due_in_ns() const noexcept {
  timeval limit{};
  int never = 0;
  if (api().SSL_get_event_timeout(engine(), &limit, &never) != 1 || never != 0) return kNever;
  return static_cast<std::uint64_t>(limit.tv_sec) * kNsPerSec +
         static_cast<std::uint64_t>(limit.tv_usec) * kNsPerUs;
}

Connection::Handshake Connection::shake_hands() noexcept {
  if (!connection_) {
    SSL* came = api().SSL_accept_connection(listener_.get(), kAcceptConnectionNoBlock);
    if (came == nullptr) {
      api().ERR_clear_error();
      return Handshake::kPending;
    }
    connection_.reset(came);
    try {
      adopt(came);
    } catch (const Error&) {
      return Handshake::kFailed;
    }
  }
  api().ERR_clear_error();
  const int result = api().SSL_do_handshake(connection_.get());
  if (result == 1) return Handshake::kDone;
  const int error = api().SSL_get_error(connection_.get(), result);
  if (error == kErrorWantRead || error == kErrorWantWrite) return Handshake::kPending;
  if (listener_ && !context_.is_ours()) {
    // A stranger: our client may still come.
    api().ERR_clear_error();
    connection_.reset();
    return Handshake::kPending;
  }
  return Handshake::kFailed;
}

Fault Connection::handshake_fault() const {
  if (context_.pin_failed()) {
    api().ERR_clear_error();
    return Fault{"TLS_PIN", "SSL_do_handshake", 0,
                 "the certificate of the peer is not the one that it announced"};
  }
  SSL_CONN_CLOSE_INFO info{};
  if (closing(info) && (info.flags & kCloseLocal) == 0) {
    api().ERR_clear_error();
    return Fault{"CONNECT_REFUSED", "handshake", 0, "handshake: the peer closed the connection"};
  }
  return openssl_fault("TLS", "SSL_do_handshake");
}

Stream Connection::open_stream(bool both_ways) {
  Stream stream(
      api().SSL_new_stream(connection_.get(), kStreamNoBlock | (both_ways ? 0 : kStreamUni)),
      api().SSL_free);
  require(stream != nullptr, "SSL_new_stream");
  return stream;
}

bool Connection::closing(SSL_CONN_CLOSE_INFO& info) const noexcept {
  return connection_ && api().SSL_get_conn_close_info(connection_.get(), &info, sizeof info) == 1;
}

Io Connection::meaning_of_nothing(const SSL* stream) noexcept {
  const int error = api().SSL_get_error(stream, 0);
  if (error == kErrorWantRead || error == kErrorWantWrite) [[likely]]
    return Io::kOk;
  api().ERR_clear_error();
  if (error == kErrorZeroReturn) return Io::kClosed;
  SSL_CONN_CLOSE_INFO info{};
  return closing(info) ? meaning_of(info) : Io::kError;
}

Io Connection::state() const noexcept {
  SSL_CONN_CLOSE_INFO info{};
  return closing(info) ? meaning_of(info) : Io::kOk;
}

Io Connection::meaning_of(const SSL_CONN_CLOSE_INFO& info) noexcept {
  if ((info.flags & kCloseLocal) == 0) return Io::kClosed;
  return info.error_code == kLocalIdleTimeout ? Io::kStalled : Io::kError;
}

std::optional<Fault> Connection::fault(const char* op) const {
  SSL_CONN_CLOSE_INFO info{};
  if (!closing(info)) return Fault{"QUIC", op, 0, std::string(op) + ": refused by OpenSSL"};
  std::string message = std::string(op) + ": error " + std::to_string(info.error_code);
  if (info.reason != nullptr && info.reason_len > 0)
    message += " (" + std::string(info.reason, info.reason_len) + ")";
  const bool of_tls = (info.flags & kCloseTransport) != 0 && info.error_code >= kQuicCryptoError &&
                      info.error_code <= kQuicCryptoErrorEnd;
  return Fault{of_tls ? "TLS" : "QUIC", op, 0, message};
}

void Connection::leave() noexcept {
  if (!connection_) return;
  const SSL_SHUTDOWN_EX_ARGS reason{0, ""};
  api().SSL_shutdown_ex(connection_.get(),
                        kShutdownRapid | kShutdownNoStreamFlush | kShutdownNoBlock, &reason,
                        sizeof reason);
  tick();
  api().ERR_clear_error();
}

TlsSettings Connection::tls_settings() const {
  TlsSettings settings;
  SSL* connection = connection_.get();
  settings.library = "OpenSSL";
  settings.version = find_openssl().version;
  const std::string protocol = api().SSL_get_version(connection);
  // `TLSv1.3`, or `QUICv1`, which is TLS 1.3 (RFC 9001).
  settings.protocol = protocol == "QUICv1" || protocol == "TLSv1.3" ? "TLS1.3" : protocol;
  settings.cipher =
      cipher_name(api().SSL_CIPHER_get_name(api().SSL_get_current_cipher(connection)));
  settings.group = upper(api().SSL_get0_group_name(connection));
  return settings;
}

}  // namespace xr::ossl
