#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_shape.h"
#include "transport/message/ready_sockets.h"
#include "transport/quic/quic_connection.h"
#include "transport/quic/quic_events.h"
#include "transport/quic/quic_lane.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// What a message link over one QUIC connection says of its messages, whatever carries them:
///   is_sending()  what was offered waits for room, or found none
///   settle()      before a wait: what is owed to the peer goes out
///   go_on()       something has come, and with it maybe room: as much as goes now
///   write()       whatever is to be sent, acknowledgements included
template <class Carriage>
concept QuicCarriage = requires(Carriage& messages, const Carriage& same) {
  { same.is_sending() } noexcept -> std::same_as<bool>;
  { messages.settle() } noexcept -> std::same_as<Io>;
  { messages.go_on() } noexcept -> std::same_as<Io>;
  { messages.write() } noexcept -> std::same_as<Io>;
};

/// The streams of a connection are a link's for as long as this lives: their events go to it, and
/// it gives the credit.
class HeldStreams {
 public:
  /// `events` are those that the connection was set up with.
  HeldStreams(QuicConnection& connection, QuicStreamEvents& events, const QuicStreamEvents& mine)
      : connection_(connection), events_(events), before_(std::exchange(events, mine)) {
    connection_.inbox().holds_credit = true;
  }
  ~HeldStreams() {
    events_ = before_;
    connection_.inbox().holds_credit = false;
  }
  HeldStreams(const HeldStreams&) = delete;
  HeldStreams& operator=(const HeldStreams&) = delete;

 private:
  QuicConnection& connection_;
  QuicStreamEvents& events_;
  QuicStreamEvents before_;
};

/// The wait of message links over one QUIC connection, and what all of them tell. `Carriage` is the
/// link itself, which adds `offer` and `flow`.
template <class Carriage, WaitPolicy kWait>
class QuicMessageLink {
 public:
  QuicMessageLink(const QuicMessageLink&) = delete;
  QuicMessageLink& operator=(const QuicMessageLink&) = delete;

  Io wait(std::uint64_t limit_ns) noexcept {
    static_assert(QuicCarriage<Carriage>);
    auto& messages = static_cast<Carriage&>(*this);
    if (limit_ns != kNoLimit) idle_.heard();
    if (!arrivals_.is_empty() && !messages.is_sending()) return Io::kOk;
    if (const Io io = messages.settle(); io != Io::kOk) return io;
    for (;;) {
      const bool was_sending = messages.is_sending();
      const std::size_t before = arrivals_.size();
      const Io io = pump_.read_some(std::min(limit_ns, kMessageNapNs));
      if (trouble_ != MessageTrouble::kNone) [[unlikely]]
        return Io::kError;
      if (io == Io::kStalled) return idle_.due(limit_ns);
      if (io != Io::kOk) [[unlikely]]
        return io;
      owes_packets_ = true;
      if (const Io sent = messages.go_on(); sent != Io::kOk) return sent;
      if (arrivals_.size() > before || (was_sending && !messages.is_sending())) [[likely]] {
        idle_.heard();
        return Io::kOk;
      }
      if (const Io written = messages.write(); written != Io::kOk) return written;
      if (limit_ns != kNoLimit) return idle_.due(limit_ns);
    }
  }

  std::span<const MessageHead> arrivals() const noexcept { return arrivals_.all(); }
  void taken(std::size_t count) noexcept { arrivals_.taken(count); }

  // What many of them ask for (joined_messages.h).
  int wake_fd() const noexcept { return pump_.wake_fd(); }
  std::uint64_t due_ns() const noexcept { return pump_.due_ns(); }
  /// Its socket tells of all that has come.
  static constexpr bool is_quiet() noexcept { return true; }
  std::uint64_t heard() const noexcept { return heard_; }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept { counters_.local_drops = pump_.refused(); }
  IoFailure failure() const noexcept { return pump_.failure(); }
  std::optional<Fault> fault() const {
    if (auto fault = message_fault(trouble_)) return fault;
    return pump_.fault();
  }

 protected:
  /// `bulk`: many packets at a time. `most_arrivals` may be there before any is taken.
  QuicMessageLink(QuicLane& lane, MessageShape shape, std::size_t most_arrivals, bool bulk,
                  const StopFlag& stop)
      : shape_(std::move(shape)),
        idle_(shape_.idle_timeout_ns, stop),
        pump_(lane, bulk, shape_.idle_timeout_ns, stop),
        arrivals_(most_arrivals) {}
  ~QuicMessageLink() = default;

  /// Something of a message has come.
  void note_heard() noexcept {
    idle_.heard();
    heard_ += 1;
  }

  MessageShape shape_;
  IdleWatch idle_;
  QuicPump<kWait> pump_;
  MessageArrivals arrivals_;
  Counters counters_;
  MessageTrouble trouble_ = MessageTrouble::kNone;
  /// Something has come, and nothing was sent since.
  bool owes_packets_ = false;

 private:
  std::uint64_t heard_ = 0;
};

}  // namespace xr
