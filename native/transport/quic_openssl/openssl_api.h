#pragma once

#include <sys/time.h>

#include <cstddef>
#include <cstdint>
#include <string>

// OpenSSL as the Node.js that we are loaded into has it. Nothing of it is linked, and no header of
// it is included: the addon is built where there is none, and a system's OpenSSL beside Node's own
// would have the same symbols. What is declared here is the part that is used, from the manual
// pages of OpenSSL 3.5 (SSL_new_listener(3), SSL_handle_events(3), BIO_meth_new(3) …), whose
// interface is stable within a major version.

// NOLINTBEGIN: the names are OpenSSL's.
struct ssl_ctx_st;
struct ssl_st;
struct ssl_method_st;
struct ssl_cipher_st;
struct bio_st;
struct bio_method_st;
struct bio_addr_st;
struct x509_st;
struct X509_name_st;
struct x509_store_ctx_st;
struct evp_pkey_st;
struct evp_md_st;
struct asn1_string_st;
// NOLINTEND

namespace xr::ossl {

using SSL_CTX = ssl_ctx_st;
using SSL = ssl_st;
using SSL_METHOD = ssl_method_st;
using SSL_CIPHER = ssl_cipher_st;
using BIO = bio_st;
using BIO_METHOD = bio_method_st;
using X509 = x509_st;
using X509_NAME = X509_name_st;
using X509_STORE_CTX = x509_store_ctx_st;
using EVP_PKEY = evp_pkey_st;
using EVP_MD = evp_md_st;
using ASN1_STRING = asn1_string_st;

/// One datagram (BIO_recvmmsg(3)).
struct BIO_MSG {
  void* data;
  std::size_t data_len;
  bio_addr_st* peer;
  bio_addr_st* local;
  std::uint64_t flags;
};

struct SSL_CONN_CLOSE_INFO {
  std::uint64_t error_code;
  std::uint64_t frame_type;
  const char* reason;
  std::size_t reason_len;
  std::uint32_t flags;
};

struct SSL_SHUTDOWN_EX_ARGS {
  std::uint64_t quic_error_code;
  const char* quic_reason;
};

using BioBatch = int (*)(BIO*, BIO_MSG*, std::size_t, std::size_t, std::uint64_t, std::size_t*);
using BioControl = long (*)(BIO*, int, long, void*);
using MessageCallback = void (*)(int, int, int, const void*, std::size_t, SSL*, void*);
using VerifyCallback = int (*)(X509_STORE_CTX*, void*);
using ClientHelloCallback = int (*)(SSL*, int*, void*);
using AlpnCallback = int (*)(SSL*, const unsigned char**, unsigned char*, const unsigned char*,
                             unsigned, void*);

inline constexpr int kErrorWantRead = 2;
inline constexpr int kErrorWantWrite = 3;
inline constexpr int kErrorZeroReturn = 6;
inline constexpr int kCtrlSetMessageCallbackArgument = 16;
inline constexpr int kCtrlMode = 33;
inline constexpr int kCtrlSetHostName = 55;
inline constexpr int kCtrlSetGroupsList = 92;
inline constexpr long kModePartialWrite = 1;
inline constexpr long kModeMovingWriteBuffer = 2;
inline constexpr int kVerifyNone = 0;
inline constexpr int kVerifyPeer = 1;
inline constexpr int kX509ErrorApplication = 50;
inline constexpr std::uint64_t kListenerNoValidate = 1 << 1;
inline constexpr std::uint64_t kAcceptConnectionNoBlock = 1;
inline constexpr std::uint64_t kDomainSingleThread = 1;
inline constexpr std::uint32_t kDefaultStreamNone = 0;
inline constexpr int kIncomingStreamAccept = 1;
inline constexpr std::uint64_t kStreamUni = 1;
inline constexpr std::uint64_t kStreamNoBlock = 1 << 1;
inline constexpr std::uint64_t kAcceptStreamNoBlock = 1;
inline constexpr std::uint64_t kShutdownRapid = 1;
inline constexpr std::uint64_t kShutdownNoStreamFlush = 1 << 1;
inline constexpr std::uint64_t kShutdownNoBlock = 1 << 2;
inline constexpr std::uint32_t kCloseLocal = 1;
inline constexpr std::uint32_t kCloseTransport = 2;
inline constexpr std::uint32_t kValueGeneric = 0;
inline constexpr std::uint32_t kValueFeatureRequest = 1;
inline constexpr std::uint32_t kValueIdleTimeout = 5;
inline constexpr std::uint32_t kValueEventHandlingMode = 6;
inline constexpr std::uint64_t kEventHandlingExplicit = 2;
// Of what a message callback is told (SSL_CTX_set_msg_callback(3)).
inline constexpr int kToldDatagram = 0x200;
inline constexpr int kToldPacket = 0x201;
inline constexpr int kToldFrame = 0x202;
inline constexpr int kToldFrameHeader = 0x203;
inline constexpr int kToldPadding = 0x204;
inline constexpr int kErrLibBio = 32;
inline constexpr int kBioReasonNonFatal = 112;
inline constexpr int kBioTypeSourceSink = 0x400;
inline constexpr int kBioCtrlFlush = 11;
inline constexpr int kClientHelloSuccess = 1;
inline constexpr int kClientHelloError = 0;
inline constexpr unsigned kExtensionServerName = 0;
inline constexpr int kAlpnOk = 0;
inline constexpr int kAlpnAlert = 2;
inline constexpr int kAlertUnrecognizedName = 112;
inline constexpr int kFullVersionString = 7;
/// Errors of a connection from here on are TLS alerts (RFC 9000 section 20.1).
inline constexpr std::uint64_t kQuicCryptoError = 0x100;
inline constexpr std::uint64_t kQuicCryptoErrorEnd = 0x1ff;
inline constexpr std::uint64_t kLocalIdleTimeout = ~std::uint64_t{0};

// Result, name, parameters.
#define XR_OPENSSL_FUNCTIONS(F)                                                            \
  F(const SSL_METHOD*, OSSL_QUIC_client_method, (void))                                    \
  F(const SSL_METHOD*, OSSL_QUIC_server_method, (void))                                    \
  F(SSL_CTX*, SSL_CTX_new, (const SSL_METHOD*))                                            \
  F(void, SSL_CTX_free, (SSL_CTX*))                                                        \
  F(long, SSL_CTX_ctrl, (SSL_CTX*, int, long, void*))                                      \
  F(int, SSL_CTX_set_ciphersuites, (SSL_CTX*, const char*))                                \
  F(int, SSL_CTX_set_num_tickets, (SSL_CTX*, std::size_t))                                 \
  F(int, SSL_CTX_set_domain_flags, (SSL_CTX*, std::uint64_t))                              \
  F(int, SSL_CTX_use_certificate, (SSL_CTX*, X509*))                                       \
  F(int, SSL_CTX_use_PrivateKey, (SSL_CTX*, EVP_PKEY*))                                    \
  F(void, SSL_CTX_set_verify, (SSL_CTX*, int, int (*)(int, X509_STORE_CTX*)))              \
  F(void, SSL_CTX_set_cert_verify_callback, (SSL_CTX*, VerifyCallback, void*))             \
  F(void, SSL_CTX_set_client_hello_cb, (SSL_CTX*, ClientHelloCallback, void*))             \
  F(void, SSL_CTX_set_alpn_select_cb, (SSL_CTX*, AlpnCallback, void*))                     \
  F(int, SSL_client_hello_get0_ext, (SSL*, unsigned, const unsigned char**, std::size_t*)) \
  F(SSL*, SSL_new, (SSL_CTX*))                                                             \
  F(void, SSL_free, (SSL*))                                                                \
  F(long, SSL_ctrl, (SSL*, int, long, void*))                                              \
  F(void, SSL_set_bio, (SSL*, BIO*, BIO*))                                                 \
  F(void, SSL_set_msg_callback, (SSL*, MessageCallback))                                   \
  F(int, SSL_set_alpn_protos, (SSL*, const unsigned char*, unsigned))                      \
  F(int, SSL_set_blocking_mode, (SSL*, int))                                               \
  F(int, SSL_set_default_stream_mode, (SSL*, std::uint32_t))                               \
  F(int, SSL_set_incoming_stream_policy, (SSL*, int, std::uint64_t))                       \
  F(int, SSL_set_value_uint, (SSL*, std::uint32_t, std::uint32_t, std::uint64_t))          \
  F(void, SSL_set_connect_state, (SSL*))                                                   \
  F(SSL*, SSL_new_listener, (SSL_CTX*, std::uint64_t))                                     \
  F(int, SSL_listen, (SSL*))                                                               \
  F(SSL*, SSL_accept_connection, (SSL*, std::uint64_t))                                    \
  F(int, SSL_do_handshake, (SSL*))                                                         \
  F(int, SSL_handle_events, (SSL*))                                                        \
  F(int, SSL_get_event_timeout, (SSL*, timeval*, int*))                                    \
  F(SSL*, SSL_new_stream, (SSL*, std::uint64_t))                                           \
  F(SSL*, SSL_accept_stream, (SSL*, std::uint64_t))                                        \
  F(std::size_t, SSL_get_accept_stream_queue_len, (SSL*))                                  \
  F(int, SSL_read_ex, (SSL*, void*, std::size_t, std::size_t*))                            \
  F(int, SSL_write_ex, (SSL*, const void*, std::size_t, std::size_t*))                     \
  F(int, SSL_get_error, (const SSL*, int))                                                 \
  F(int, SSL_get_conn_close_info, (SSL*, SSL_CONN_CLOSE_INFO*, std::size_t))               \
  F(int, SSL_shutdown_ex, (SSL*, std::uint64_t, const SSL_SHUTDOWN_EX_ARGS*, std::size_t)) \
  F(const char*, SSL_get_version, (const SSL*))                                            \
  F(const SSL_CIPHER*, SSL_get_current_cipher, (const SSL*))                               \
  F(const char*, SSL_CIPHER_get_name, (const SSL_CIPHER*))                                 \
  F(const char*, SSL_get0_group_name, (SSL*))                                              \
  F(int, BIO_get_new_index, (void))                                                        \
  F(BIO_METHOD*, BIO_meth_new, (int, const char*))                                         \
  F(void, BIO_meth_free, (BIO_METHOD*))                                                    \
  F(int, BIO_meth_set_sendmmsg, (BIO_METHOD*, BioBatch))                                   \
  F(int, BIO_meth_set_recvmmsg, (BIO_METHOD*, BioBatch))                                   \
  F(int, BIO_meth_set_ctrl, (BIO_METHOD*, BioControl))                                     \
  F(BIO*, BIO_new, (const BIO_METHOD*))                                                    \
  F(void, BIO_set_data, (BIO*, void*))                                                     \
  F(void*, BIO_get_data, (BIO*))                                                           \
  F(void, BIO_set_init, (BIO*, int))                                                       \
  F(EVP_PKEY*, EVP_PKEY_Q_keygen, (void*, const char*, const char*, ...))                  \
  F(void, EVP_PKEY_free, (EVP_PKEY*))                                                      \
  F(const EVP_MD*, EVP_sha256, (void))                                                     \
  F(X509*, X509_new, (void))                                                               \
  F(void, X509_free, (X509*))                                                              \
  F(int, X509_set_version, (X509*, long))                                                  \
  F(ASN1_STRING*, X509_get_serialNumber, (X509*))                                          \
  F(int, ASN1_INTEGER_set_uint64, (ASN1_STRING*, std::uint64_t))                           \
  F(ASN1_STRING*, X509_getm_notBefore, (const X509*))                                      \
  F(ASN1_STRING*, X509_getm_notAfter, (const X509*))                                       \
  F(ASN1_STRING*, X509_gmtime_adj, (ASN1_STRING*, long))                                   \
  F(int, X509_set_pubkey, (X509*, EVP_PKEY*))                                              \
  F(X509_NAME*, X509_get_subject_name, (const X509*))                                      \
  F(int, X509_set_issuer_name, (X509*, const X509_NAME*))                                  \
  F(int, X509_NAME_add_entry_by_txt,                                                       \
    (X509_NAME*, const char*, int, const unsigned char*, int, int, int))                   \
  F(int, X509_sign, (X509*, EVP_PKEY*, const EVP_MD*))                                     \
  F(int, X509_digest, (const X509*, const EVP_MD*, unsigned char*, unsigned*))             \
  F(X509*, X509_STORE_CTX_get0_cert, (const X509_STORE_CTX*))                              \
  F(void, X509_STORE_CTX_set_error, (X509_STORE_CTX*, int))                                \
  F(int, CRYPTO_memcmp, (const void*, const void*, std::size_t))                           \
  F(int, RAND_bytes, (unsigned char*, int))                                                \
  F(void, ERR_new, (void))                                                                 \
  F(void, ERR_set_error, (int, int, const char*, ...))                                     \
  F(void, ERR_clear_error, (void))                                                         \
  F(unsigned long, ERR_peek_error, (void))                                                 \
  F(const char*, ERR_reason_error_string, (unsigned long))                                 \
  F(const char*, OpenSSL_version, (int))

/// The functions of OpenSSL, by their own names.
struct Api {
#define XR_OPENSSL_POINTER(result, name, parameters) result(*name) parameters = nullptr;
  XR_OPENSSL_FUNCTIONS(XR_OPENSSL_POINTER)
#undef XR_OPENSSL_POINTER
};

/// What was found of them in this process.
struct Found {
  /// Null when one is missing: `missing` names the first, `version` is that of what there is.
  const Api* api = nullptr;
  std::string missing;
  /// `3.5.8`; empty where the process has no OpenSSL at all.
  std::string version;
};

/// Looks for them once; any thread.
const Found& find_openssl();

}  // namespace xr::ossl
