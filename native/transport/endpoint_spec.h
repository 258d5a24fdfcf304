#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/timeline.h"
#include "transport/quic/quic_options.h"
#include "transport/quic_openssl/openssl_options.h"
#include "transport/rdma/rdma_options.h"
#include "workload/io.h"

namespace xr {

/// In one direction.
inline constexpr unsigned kMostStreams = 64;
/// Requests under way at once.
inline constexpr unsigned kMostInflight = 4096;

enum class TransportKind { kLoopback, kTcp, kUdp, kRdma, kTls, kQuic, kQuicOpenssl, kUnix, kShm };

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

enum class Side { kClient, kServer };
/// `kBusyPoll` sleeps as `kBlock` does, but for the kernel's polling of the device before it
/// (SO_PREFER_BUSY_POLL): its links are those of `kBlock`.
enum class WaitPolicy { kSpin, kBlock, kBusyPoll };
/// Of AF_UNIX sockets (unix(7)): bytes, or a packet for each message.
enum class UnixType { kStream, kSeqpacket };
/// `kConnect`: each operation is a connection of its own, with one message to and fro. `kRr`:
/// requests and answers of different sizes, several under way at once. `kRequests`: the client of
/// the perf protocol of QUIC, which is no endpoint's.
enum class Workload { kPingPong, kStream, kConnect, kRr, kRequests };
enum class Direction { kUp, kDown, kBoth };

/// As requested; an empty optional leaves the kernel's own.
struct SocketOptions {
  std::optional<int> send_buffer_bytes;
  std::optional<int> receive_buffer_bytes;
  bool no_delay = true;
  std::optional<std::string> congestion_control;
  std::optional<int> dscp;
  std::optional<int> busy_poll_us;
  bool segmentation_offload = true;
  /// Of TCP: a connection of several paths (RFC 8684).
  bool multipath = false;
  /// The kernel polls the device while a call waits, and leaves its interrupts off meanwhile.
  bool prefers_busy_poll = false;
};

enum class TlsCipher { kAes128Gcm, kAes256Gcm, kChacha20Poly1305 };

/// Whether records are the kernel's (kTLS): never, where it can, or a refusal where it cannot.
enum class KernelTls { kOff, kAuto, kOn };

/// Of a connect workload: how each connection comes about. `kEarlyData`: resumed, with the message
/// in the first packets.
enum class TlsHandshake { kFull, kResumed, kEarlyData };

struct TlsOptions {
  TlsCipher cipher = TlsCipher::kAes128Gcm;
  TlsHandshake handshake = TlsHandshake::kFull;
  /// Read by `kTls` alone.
  KernelTls kernel = KernelTls::kOff;
};

/// Ports that may be taken, both ends included, and how many of them at most.
struct PortRange {
  unsigned first = 0;
  unsigned last = 0;
  unsigned at_most = 1;
};

/// One end of one repetition; the C++ face of `EndpointSpec` in src/addon/addon.ts, which documents
/// the fields.
struct EndpointSpec {
  TransportKind transport = TransportKind::kTcp;
  Side side = Side::kClient;
  std::string local_address;
  /// Where this end reaches the host of the other; empty = where that says it is.
  std::string peer_address;
  /// Of a server; none = any.
  std::optional<PortRange> data_ports;
  Workload workload = Workload::kPingPong;
  Direction direction = Direction::kUp;
  unsigned streams = 1;
  std::uint64_t message_bytes = 64;
  /// Of `kRr`: of an answer, and how many requests may be under way at once.
  std::uint64_t response_bytes = 64;
  unsigned inflight = 1;
  WaitPolicy wait = WaitPolicy::kBlock;
  /// Read by `kUnix` alone.
  UnixType unix_type = UnixType::kStream;
  PhaseSpec phases;
  double rate_bits_per_sec = 0;
  /// Of `kTcp`, `kUdp` and `kTls`.
  bool verify = false;
  std::uint64_t message_timeout_ns = 0;
  std::uint64_t idle_timeout_ns = 0;
  std::uint64_t connect_timeout_ns = 0;
  std::vector<int> cpus;
  SocketOptions socket;
  /// Read by `kRdma` alone.
  RdmaOptions rdma;
  /// Read by `kTls`, `kQuic` and `kQuicOpenssl`.
  TlsOptions tls;
  QuicOptions quic;
  QuicOpensslOptions quic_openssl;

  /// Connections of this endpoint: with `both`, the first half carries up, the second down.
  unsigned link_count() const noexcept {
    return direction == Direction::kBoth ? 2 * streams : streams;
  }

  /// Payload, either way.
  std::uint64_t longest_message_bytes() const noexcept {
    return workload == Workload::kRr ? std::max(message_bytes, response_bytes) : message_bytes;
  }

  /// What each connection is to carry of the offered load, bits per second; 0 = no limit.
  double rate_of_link() const noexcept { return rate_bits_per_sec / streams; }

  /// What this end does on connection `link`.
  Role role_of(unsigned link) const noexcept {
    if (workload != Workload::kStream)
      return side == Side::kClient ? Role::kInitiator : Role::kResponder;
    const bool up =
        direction == Direction::kUp || (direction == Direction::kBoth && link < streams);
    return up == (side == Side::kClient) ? Role::kSender : Role::kReceiver;
  }
};

/// Throws BAD_SPEC where a value would break what the loops rely on; everything else is
/// TypeScript's to refuse.
void check_spec(const EndpointSpec& spec);

}  // namespace xr
