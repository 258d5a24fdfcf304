#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_shape.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

inline constexpr std::size_t kByteStreamInputBytes = std::size_t{256} << 10;

/// Messages over connections that carry bytes in order, the length first. The carrier moves the
/// bytes of all of them, and says:
///   size()                         how many connections it has
///   send(i, data, bytes, sent)     some of it out, without sleeping. kFull: none now. What was
///                                  refused is offered again with the same bytes
///   receive(i, into, bytes, whole, limit_ns, received)
///                                  some bytes; with the only connection it may sleep, at most
///                                  `limit_ns`, and with `whole` rather until all is there.
///                                  kDue: nothing
///   has_input(i)                   bytes are there of which its file says nothing any more
///   await(limit_ns)                until some connection has something, or room that was wanted;
///                                  `ready()` are then these. kDue: none
///   await_room(sending, limit_ns)  until one of `sending` may send again; kDue: none
///   want_room(i, wanted)           whether `await` is to heed it
///   failure(), and fault() where it knows more than that
template <class Carrier>
class ByteStreamMessages {
 public:
  static constexpr bool kIsLossy = false;

  ByteStreamMessages(Carrier carrier, MessageShape shape, const StopFlag& stop)
      : carrier_(std::move(carrier)),
        shape_(std::move(shape)),
        idle_(shape_.idle_timeout_ns, stop),
        outgoing_(shape_),
        input_(kByteStreamInputBytes),
        arrivals_(kMostArrivals),
        connections_(carrier_.size()),
        flows_(shape_.connection_of_flow.size()) {
    sending_.reserve(connections_.size());
  }

  Io offer(const MessageHead& head) noexcept {
    const std::uint32_t i = shape_.connection_of_flow[head.flow];
    Connection& connection = connections_[i];
    if (connection.is_sending) return Io::kFull;
    connection.head = head;
    connection.sent = 0;
    const Io io = send_rest(i);
    if (io == Io::kFull) [[unlikely]]
      begin_sending(i);
    return io == Io::kFull ? Io::kOk : io;
  }

  Io wait(std::uint64_t limit_ns) noexcept {
    if (limit_ns != kNoLimit) idle_.heard();
    if (!arrivals_.is_empty()) return wait_for_room(limit_ns);
    if (from_ != to_) {
      if (const Io io = parse(); io != Io::kOk || !arrivals_.is_empty()) return io;
    }
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
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return carrier_.failure(); }
  std::optional<Fault> fault() const {
    if (auto fault = message_fault(trouble_)) return fault;
    if constexpr (requires { carrier_.fault(); }) return carrier_.fault();
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMostArrivals = 256;
  /// So much is worth a call that sleeps until it is all there.
  static constexpr std::size_t kWholeBytes = std::size_t{32} << 10;

  struct Connection {
    MessageParser parser;
    /// Of the message of which some has not gone out.
    MessageHead head;
    std::size_t sent = 0;
    bool is_sending = false;
  };

  /// kOk: all of it is out.
  Io send_rest(std::uint32_t i) noexcept {
    Connection& connection = connections_[i];
    const std::uint8_t* message = outgoing_.write(connection.head);
    const std::size_t bytes = kMessageHeadBytes + connection.head.length;
    do {
      std::size_t sent = 0;
      const Io io =
          carrier_.send(i, message + connection.sent, bytes - connection.sent, sent);
      if (io != Io::kOk) [[unlikely]]
        return io;
      connection.sent += sent;
    } while (connection.sent != bytes);
    return Io::kOk;
  }

  void begin_sending(std::uint32_t i) noexcept {
    connections_[i].is_sending = true;
    sending_.push_back(i);
    carrier_.want_room(i, true);
  }

  /// kFull: it is sending still.
  Io go_on_sending(std::uint32_t i) noexcept {
    const std::size_t before = connections_[i].sent;
    const Io io = send_rest(i);
    if (connections_[i].sent != before) idle_.heard();
    if (io != Io::kOk) return io;
    connections_[i].is_sending = false;
    sending_.erase(std::find(sending_.begin(), sending_.end(), i));
    carrier_.want_room(i, false);
    return Io::kOk;
  }

  /// Messages that have come are not taken yet: nothing else may come in.
  Io wait_for_room(std::uint64_t limit_ns) noexcept {
    if (sending_.empty()) return Io::kOk;
    const Io io = carrier_.await_room(sending_, limit_ns);
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
    Connection& connection = connections_.front();
    if (!connection.is_sending) [[likely]] {
      // What the peer sent may end a message or not.
      for (;;) {
        const Io io = receive(0, limit_ns);
        if (io != Io::kOk || !arrivals_.is_empty() || limit_ns != kNoLimit) return io;
      }
    }
    const Io room = go_on_sending(0);
    if (room != Io::kFull) return room;
    if (const Io io = carrier_.await(limit_ns); io != Io::kOk) return io;
    const Io io = receive(0, 0);
    return io == Io::kDue ? go_on_or_due(0) : io;
  }

  Io wait_for_many(std::uint64_t limit_ns) noexcept {
    if (ready_at_ == carrier_.ready().size()) {
      ready_at_ = 0;
      if (const Io io = carrier_.await(limit_ns); io != Io::kOk) return io;
    }
    bool has_news = false;
    for (; ready_at_ < carrier_.ready().size(); ++ready_at_) {
      const std::uint32_t i = carrier_.ready()[ready_at_];
      if (connections_[i].is_sending) {
        const Io io = go_on_sending(i);
        if (io != Io::kOk && io != Io::kFull) return io;
        has_news = has_news || io == Io::kOk;
      }
      do {
        if (arrivals_.is_full()) return Io::kOk;
        const Io io = receive(i, 0);
        if (io == Io::kDue) break;
        if (io != Io::kOk) return io;
      } while (from_ == to_ && carrier_.has_input(i));
      // Of this one there may be more, of which its file says nothing.
      if (from_ != to_) return Io::kOk;
    }
    return has_news || !arrivals_.is_empty() ? Io::kOk : Io::kDue;
  }

  Io go_on_or_due(std::uint32_t i) noexcept {
    const Io io = go_on_sending(i);
    return io == Io::kFull ? Io::kDue : io;
  }

  /// Some bytes of a connection, and the messages in them.
  Io receive(std::uint32_t i, std::uint64_t limit_ns) noexcept {
    const std::size_t missing = connections_[i].parser.missing_payload();
    const bool whole = missing >= kWholeBytes;
    std::size_t received = 0;
    const std::size_t wanted = whole ? std::min(missing, input_.size()) : input_.size();
    const Io io = carrier_.receive(i, input_.data(), wanted, whole, limit_ns, received);
    if (io != Io::kOk) [[unlikely]]
      return io;
    idle_.heard();
    from_ = input_.data();
    to_ = from_ + received;
    reading_ = i;
    return parse();
  }

  /// As many messages of what was received as there is room for.
  Io parse() noexcept {
    MessageParser& parser = connections_[reading_].parser;
    while (from_ != to_ && !arrivals_.is_full()) {
      const MessageParser::Step step = parser.take(from_, to_, shape_, reading_);
      if (step == MessageParser::Step::kBad) [[unlikely]] {
        trouble_ = parser.trouble();
        return Io::kError;
      }
      if (step == MessageParser::Step::kIncomplete) break;
      arrivals_.add(parser.head());
      flows_[parser.head().flow].messages += 1;
    }
    return Io::kOk;
  }

  Carrier carrier_;
  MessageShape shape_;
  IdleWatch idle_;
  OutgoingMessage outgoing_;
  PageBuffer input_;
  /// Received and not looked at yet, for want of room among the arrivals.
  const std::uint8_t* from_ = nullptr;
  const std::uint8_t* to_ = nullptr;
  std::uint32_t reading_ = 0;
  std::size_t ready_at_ = 0;
  MessageArrivals arrivals_;
  std::vector<Connection> connections_;
  /// Those of which some message has not gone out whole.
  std::vector<std::uint32_t> sending_;
  std::vector<FlowCounters> flows_;
  Counters counters_;
  MessageTrouble trouble_ = MessageTrouble::kNone;
};

}  // namespace xr
