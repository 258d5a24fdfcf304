#pragma once

#include <cstddef>
#include <variant>

#include "transport/quic/quic_options.h"
#include "transport/quic_openssl/openssl_options.h"
#include "transport/rdma/rdma_options.h"
#include "transport/socket/socket_options.h"
#include "transport/tls/tls_options.h"
#include "transport/unix/unix_options.h"

namespace xr {

struct LoopbackOptions {};

struct TcpOptions {
  SocketOptions socket;
};

struct UdpOptions {
  SocketOptions socket;
};

struct ShmOptions {};

/// What one transport alone has; a new one is a struct here and a word in `TransportKind`.
using TransportOptions =
    std::variant<LoopbackOptions, TcpOptions, UdpOptions, RdmaOptions, TlsOptions, QuicOptions,
                 QuicOpensslOptions, UnixOptions, ShmOptions>;

/// In the order of `TransportOptions`. Its numbers travel in blobs.
enum class TransportKind { kLoopback, kTcp, kUdp, kRdma, kTls, kQuic, kQuicOpenssl, kUnix, kShm };

static_assert(std::variant_size_v<TransportOptions> ==
              static_cast<std::size_t>(TransportKind::kShm) + 1);

struct TransportName {
  const char* name;
  TransportKind kind;
};
/// All there are, built in or not, by what JavaScript calls them.
inline constexpr TransportName kTransportNames[] = {
    {"loopback", TransportKind::kLoopback},
    {"tcp", TransportKind::kTcp},
    {"udp", TransportKind::kUdp},
    {"quic:openssl", TransportKind::kQuicOpenssl},
    {"rdma", TransportKind::kRdma},
    {"tls", TransportKind::kTls},
    {"quic", TransportKind::kQuic},
    {"unix", TransportKind::kUnix},
    {"shm", TransportKind::kShm},
};

constexpr TransportKind kind_of(const TransportOptions& options) noexcept {
  return static_cast<TransportKind>(options.index());
}

}  // namespace xr
