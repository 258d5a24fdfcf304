#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/message/byte_stream_messages.h"
#include "transport/message/ready_sockets.h"
#include "transport/shm/futex.h"
#include "transport/shm/shm_ring.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// The bytes of messages through shared memory: two rings for each connection, in pieces that say
/// how long they are. One word of each side is what it sleeps on, however many connections there
/// are.
template <WaitPolicy kWait>
class ShmCarrier {
 public:
  struct Rings {
    ShmRing out;
    ShmRing in;
  };

  /// `alive`: a socket that ends when the process of the peer does; stays the endpoint's.
  ShmCarrier(const std::vector<Rings>& connections, ShmBells& bells, Side side, int alive,
             const StopFlag& stop)
      : own_(side == Side::kClient ? bells.client_sleeps : bells.server_sleeps),
        other_(side == Side::kClient ? bells.server_sleeps : bells.client_sleeps),
        alive_(alive),
        stop_(stop) {
    for (const Rings& rings : connections)
      connections_.push_back({Writer(rings.out), Reader(rings.in), 0, 0, false});
    ready_.reserve(connections_.size());
  }

  std::size_t size() const noexcept { return connections_.size(); }
  const std::vector<std::uint32_t>& ready() const noexcept { return ready_; }
  void want_room(std::uint32_t i, bool wanted) noexcept { connections_[i].wants_room = wanted; }
  static bool has_input(std::uint32_t) noexcept { return false; }

  Io send(std::uint32_t i, const std::uint8_t* data, std::size_t bytes,
          std::size_t& sent) noexcept {
    Writer& out = connections_[i].out;
    if (!out.has_room()) [[unlikely]]
      return out.is_broken() ? broken("send") : Io::kFull;
    sent = std::min(bytes, most_bytes(out.ring()));
    out.write_counted(data, static_cast<std::uint32_t>(sent));
    wake_other();
    return Io::kOk;
  }

  Io receive(std::uint32_t i, std::uint8_t* into, std::size_t bytes, bool, std::uint64_t limit_ns,
             std::size_t& received) noexcept {
    Connection& connection = connections_[i];
    if (!connection.in.has_piece()) {
      const Io io = until("recv", limit_ns, [&] { return connection.in.has_piece(); });
      if (io != Io::kOk) return io;
    }
    received = 0;
    do {
      if (!begin_piece(connection)) [[unlikely]]
        return broken("recv");
      const std::size_t some =
          std::min<std::size_t>(connection.length - connection.at, bytes - received);
      std::memcpy(into + received, connection.in.counted() + connection.at, some);
      received += some;
      connection.at += static_cast<std::uint32_t>(some);
      if (connection.at != connection.length) break;
      connection.length = 0;
      if (connection.in.pass()) wake_other();
    } while (received < bytes && connection.in.has_piece());
    return Io::kOk;
  }

  Io await(std::uint64_t limit_ns) noexcept {
    return until("recv", limit_ns, [this] {
      ready_.clear();
      for (std::uint32_t i = 0; i < connections_.size(); ++i) {
        Connection& one = connections_[i];
        if (one.in.has_piece() || (one.wants_room && may_send(one.out))) ready_.push_back(i);
      }
      return !ready_.empty();
    });
  }

  Io await_room(std::span<const std::uint32_t> sending, std::uint64_t limit_ns) noexcept {
    return until("send", limit_ns, [this, sending] {
      return std::any_of(sending.begin(), sending.end(),
                         [this](std::uint32_t i) { return may_send(connections_[i].out); });
    });
  }

  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const {
    if (!is_broken_) return std::nullopt;
    return Fault{"PROTOCOL", failure_.op, 0,
                 "the peer has written into the shared memory what no peer writes"};
  }

 private:
  static constexpr bool kSleeps = kWait == WaitPolicy::kBlock;
  using Writer = ShmWriter<kSleeps>;
  using Reader = ShmReader<kSleeps>;
  // Polls in a row before anything else is looked at: some microseconds.
  static constexpr int kPolls = 8192;
  // A peer that dies wakes nobody.
  static constexpr std::uint64_t kNapNs = 20 * kNsPerMs;
  // Looks that find nothing, until one is worth a system call.
  static constexpr unsigned kLooks = 256;

  struct Connection {
    Writer out;
    Reader in;
    /// Of the piece that is being read; 0: of none. The peer's word, taken once.
    std::uint32_t length = 0;
    std::uint32_t at = 0;
    bool wants_room = false;
  };

  static std::size_t most_bytes(const ShmRing& ring) noexcept {
    return ring.layout().piece_bytes - kShmCountBytes;
  }

  /// What is broken is told by a send.
  static bool may_send(Writer& out) noexcept { return out.has_room() || out.is_broken(); }

  bool begin_piece(Connection& connection) noexcept {
    if (connection.length != 0) return true;
    const std::uint32_t length = connection.in.count();
    if (length == 0 || length > most_bytes(connection.in.ring())) return false;
    connection.length = length;
    connection.at = 0;
    return true;
  }

  void wake_other() noexcept {
    if constexpr (kSleeps) wake_sleeper(other_);
  }

  template <class Ready>
  Io until(const char* op, std::uint64_t limit_ns, const Ready& ready) noexcept {
    if constexpr (kSleeps) {
      if (ready()) return Io::kOk;
      if (limit_ns > 0) {
        own_.store(1, std::memory_order_seq_cst);
        if (!ready() && !stop_.is_set())
          futex_sleep(own_, 1, std::min(limit_ns, kNapNs));
        own_.store(0, std::memory_order_relaxed);
        if (ready()) return Io::kOk;
      }
    } else {
      for (int polls = limit_ns < kMessageNapNs ? 1 : kPolls; polls > 0; --polls) {
        if (ready()) return Io::kOk;
      }
    }
    return nothing(op, limit_ns, ready);
  }

  template <class Ready>
  Io nothing(const char* op, std::uint64_t limit_ns, const Ready& ready) noexcept {
    failure_.op = op;
    if (stop_.is_set()) return Io::kStopped;
    if (limit_ns < kMessageNapNs && ++looks_ % kLooks != 0) return Io::kDue;
    std::uint8_t byte = 0;
    const ssize_t got = ::recv(alive_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    const bool is_there = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
    if (is_there) return Io::kDue;
    // What the peer wrote before it went is still taken.
    return ready() ? Io::kOk : Io::kClosed;
  }

  Io broken(const char* op) noexcept {
    failure_.op = op;
    is_broken_ = true;
    return Io::kError;
  }

  std::vector<Connection> connections_;
  std::vector<std::uint32_t> ready_;
  std::atomic<std::uint32_t>& own_;
  std::atomic<std::uint32_t>& other_;
  int alive_;
  const StopFlag& stop_;
  unsigned looks_ = 0;
  bool is_broken_ = false;
  IoFailure failure_;
};

template <WaitPolicy kWait>
using ShmMessages = ByteStreamMessages<ShmCarrier<kWait>>;

}  // namespace xr
