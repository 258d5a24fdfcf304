#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/endpoint_spec.h"
#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_reassembly.h"
#include "transport/message/message_shape.h"
#include "transport/message/ready_sockets.h"
#include "transport/socket/options.h"
#include "transport/udp/path_mtu.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// A connected socket, and the numbers with which the datagrams of either way begin.
struct UdpMessageEnd {
  int fd = -1;
  std::uint64_t send_base = 0;
  std::uint64_t receive_base = 0;
};

/// Messages in datagrams. One that fits into a datagram is one; a round trip of such is one send
/// and one recv.
template <WaitPolicy kWait>
class UdpMessages {
 public:
  static constexpr bool kIsLossy = true;

  /// `ends` stay the endpoint's, and are shut down by a stop. No datagram is longer than
  /// `datagram_bytes`.
  UdpMessages(const std::vector<UdpMessageEnd>& ends, std::size_t datagram_bytes,
              MessageShape shape, const StopFlag& stop)
      : sockets_(fds_of(ends)),
        shape_(std::move(shape)),
        stop_(stop),
        idle_(shape_.idle_timeout_ns, stop),
        writer_(shape_, datagram_bytes),
        input_(kLargestDatagramBytes),
        arrivals_(kMostArrivals),
        flows_(shape_.connection_of_flow.size()) {
    for (const UdpMessageEnd& end : ends) {
      set_socket_timeouts(end.fd, kMessageNapNs, kMessageNapNs);
      connections_.emplace_back(end);
    }
    sending_.reserve(connections_.size());
  }

  static constexpr std::size_t buffer_bytes(std::size_t datagram_bytes) noexcept {
    return datagram_bytes + kLargestDatagramBytes;
  }

  Io offer(const MessageHead& head) noexcept {
    const std::uint32_t i = shape_.connection_of_flow[head.flow];
    Connection& connection = connections_[i];
    if (connection.is_sending) return Io::kFull;
    connection.head = head;
    connection.fragment = 0;
    connection.fragments = static_cast<std::uint32_t>(
        FragmentWriter::fragments_of(head.length, writer_.datagram_bytes()));
    const Io io = send_rest(i);
    if (io != Io::kFull) [[likely]]
      return io;
    connection.is_sending = true;
    sending_.push_back(i);
    sockets_.want_room(i, true);
    return Io::kOk;
  }

  Io wait(std::uint64_t limit_ns) noexcept {
    if (limit_ns != kNoLimit) idle_.heard();
    if (!arrivals_.is_empty()) return wait_for_room(limit_ns);
    const Io io = connections_.size() == 1 ? wait_for_one(limit_ns) : wait_for_many(limit_ns);
    if (io != Io::kDue) [[likely]] {
      idle_.heard();
      return io;
    }
    return idle_.due(limit_ns);
  }

  std::span<const MessageHead> arrivals() const noexcept { return arrivals_.all(); }
  void taken(std::size_t count) noexcept { arrivals_.taken(count); }

  Counters& counters() noexcept { return counters_; }
  const FlowCounters& flow(std::uint32_t number) const noexcept { return flows_[number]; }
  void refresh() noexcept {
    counters_.duplicates = 0;
    counters_.reordered = 0;
    counters_.local_drops = refused_by_stack_;
    for (std::uint32_t i = 0; i < connections_.size(); ++i) {
      counters_.duplicates += connections_[i].incoming.datagrams().duplicates;
      counters_.reordered += connections_[i].incoming.datagrams().reordered;
      counters_.local_drops += socket_drops(sockets_.fd(i));
    }
  }
  IoFailure failure() const noexcept {
    return sockets_.failure().errno_value != 0 ? sockets_.failure() : failure_;
  }
  std::optional<Fault> fault() const { return message_fault(trouble_); }

 private:
  static constexpr std::size_t kLargestDatagramBytes = 65'535;
  static constexpr std::size_t kMostArrivals = 256;
  /// Polls in vain before the clock is looked at, and datagrams of one socket before the others get
  /// their turn.
  static constexpr unsigned kPolls = 255;
  static constexpr unsigned kTurn = 64;

  struct Connection {
    explicit Connection(const UdpMessageEnd& end)
        : next_datagram(end.send_base), incoming(end.receive_base) {}

    std::uint64_t next_datagram;
    MessageReassembly incoming;
    /// Of the message of which some has not gone out.
    MessageHead head;
    std::uint32_t fragment = 0;
    std::uint32_t fragments = 0;
    bool is_sending = false;
  };

  static std::vector<int> fds_of(const std::vector<UdpMessageEnd>& ends) {
    std::vector<int> fds;
    for (const UdpMessageEnd& end : ends) fds.push_back(end.fd);
    return fds;
  }

  /// kOk: all of it is out.
  Io send_rest(std::uint32_t i) noexcept {
    Connection& connection = connections_[i];
    do {
      const FragmentHead part{connection.next_datagram, connection.head.flow,
                              static_cast<std::uint16_t>(connection.fragment),
                              static_cast<std::uint16_t>(connection.fragments)};
      const std::size_t bytes = writer_.write(connection.head, part);
      if (const Io io = send_datagram(i, bytes); io != Io::kOk) [[unlikely]]
        return io;
      connection.next_datagram += 1;
      connection.fragment += 1;
    } while (connection.fragment != connection.fragments);
    return Io::kOk;
  }

  Io send_datagram(std::uint32_t i, std::size_t bytes) noexcept {
    for (unsigned news = 0;;) {
      const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
      if (::send(sockets_.fd(i), writer_.data(), bytes, flags) >= 0) [[likely]]
        return Io::kOk;
      const int error = errno;
      failure_ = {"send", error};
      if (stop_.is_set()) return Io::kStopped;
      if (error == EAGAIN || error == EWOULDBLOCK) return Io::kFull;
      if (error == EINTR) continue;
      if (is_news_of_path(error) && ++news <= kMostNewsOfPath) continue;
      if (error == ENOBUFS) {
        // It is lost on the way, as it were.
        ++refused_by_stack_;
        return Io::kOk;
      }
      return error == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  /// kFull: it is sending still.
  Io go_on_sending(std::uint32_t i) noexcept {
    const Io io = send_rest(i);
    if (io != Io::kOk) return io;
    connections_[i].is_sending = false;
    sending_.erase(std::find(sending_.begin(), sending_.end(), i));
    sockets_.want_room(i, false);
    return Io::kOk;
  }

  Io wait_for_room(std::uint64_t limit_ns) noexcept {
    if (sending_.empty()) return Io::kOk;
    const Io io = sockets_.await_room(sending_, sleep_of(limit_ns));
    if (io == Io::kDue) return idle_.due(limit_ns);
    if (io != Io::kOk) return io;
    bool has_room = false;
    for (std::size_t at = sending_.size(); at-- > 0;) {
      const Io sent = go_on_sending(sending_[at]);
      if (sent != Io::kOk && sent != Io::kFull) return sent;
      has_room = has_room || sent == Io::kOk;
    }
    return has_room ? Io::kOk : idle_.due(limit_ns);
  }

  Io wait_for_one(std::uint64_t limit_ns) noexcept {
    if (connections_.front().is_sending) [[unlikely]] {
      const Io room = go_on_sending(0);
      if (room != Io::kFull) return room;
      if (const Io io = sockets_.await(sleep_of(limit_ns)); io != Io::kOk) return io;
      limit_ns = 0;
    }
    // What has come may end a message or not.
    for (unsigned turn = 0; turn < kTurn; ++turn) {
      const Io io = receive(0, limit_ns);
      if (io != Io::kOk || !arrivals_.is_empty()) return io;
      limit_ns = 0;
    }
    return Io::kDue;
  }

  Io wait_for_many(std::uint64_t limit_ns) noexcept {
    if (const Io io = sockets_.await(sleep_of(limit_ns)); io != Io::kOk) return io;
    bool has_room = false;
    for (const std::uint32_t i : sockets_.ready()) {
      if (connections_[i].is_sending) {
        const Io io = go_on_sending(i);
        if (io != Io::kOk && io != Io::kFull) return io;
        has_room = has_room || io == Io::kOk;
      }
      for (unsigned turn = 0; turn < kTurn && !arrivals_.is_full(); ++turn) {
        const Io io = receive(i, 0);
        if (io == Io::kDue) break;
        if (io != Io::kOk) return io;
      }
    }
    return has_room || !arrivals_.is_empty() ? Io::kOk : Io::kDue;
  }

  static constexpr std::uint64_t sleep_of(std::uint64_t limit_ns) noexcept {
    return kWait == WaitPolicy::kSpin ? 0 : limit_ns;
  }

  /// One datagram, and the message that it completes.
  Io receive(std::uint32_t i, std::uint64_t limit_ns) noexcept {
    int flags = MSG_DONTWAIT;
    unsigned polls = 0;
    if constexpr (kWait == WaitPolicy::kSpin) {
      polls = limit_ns >= kMessageNapNs ? kPolls : 0;
    } else if (limit_ns >= kMessageNapNs) {
      flags = 0;
    } else if (limit_ns != 0) {
      if (const Io io = sockets_.await(limit_ns); io != Io::kOk) return io;
    }
    for (;;) {
      const ssize_t got = ::recv(sockets_.fd(i), input_.data(), input_.size(), flags);
      if (got > 0) [[likely]]
        return accept(i, static_cast<std::size_t>(got));
      if (got == 0) {
        // A stranger's, or what a socket says that was shut down.
        if (stop_.is_set()) return Io::kStopped;
        counters_.strangers += 1;
        return Io::kOk;
      }
      const int error = errno;
      failure_ = {"recv", error};
      if (stop_.is_set()) return Io::kStopped;
      if (error == EAGAIN || error == EWOULDBLOCK) [[likely]] {
        if (polls == 0) return Io::kDue;
        --polls;
        continue;
      }
      // A router refused what was sent: from now on the kernel cuts it, and that one is lost.
      if (error == EINTR || is_news_of_path(error)) continue;
      return error == ECONNREFUSED ? Io::kClosed : Io::kError;
    }
  }

  Io accept(std::uint32_t i, std::size_t bytes) noexcept {
    MessageReassembly& incoming = connections_[i].incoming;
    switch (incoming.take(input_.data(), bytes, shape_, i, flows_)) {
      case MessageReassembly::Step::kStray:
        counters_.strangers += may_be_greeting(bytes, input_.size()) ? 0 : 1;
        return Io::kOk;
      case MessageReassembly::Step::kBad: trouble_ = MessageTrouble::kHead; return Io::kError;
      case MessageReassembly::Step::kComplete: arrivals_.add(incoming.head()); break;
      case MessageReassembly::Step::kNothing: break;
    }
    idle_.heard();
    if (shape_.verify && !holds_pattern(input_.data(), bytes)) [[unlikely]] {
      trouble_ = MessageTrouble::kDiffers;
      return Io::kError;
    }
    return Io::kOk;
  }

  ReadySockets sockets_;
  MessageShape shape_;
  const StopFlag& stop_;
  IdleWatch idle_;
  FragmentWriter writer_;
  PageBuffer input_;
  MessageArrivals arrivals_;
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> sending_;
  FlowLosses flows_;
  Counters counters_;
  std::uint64_t refused_by_stack_ = 0;
  IoFailure failure_;
  MessageTrouble trouble_ = MessageTrouble::kNone;
};

}  // namespace xr
