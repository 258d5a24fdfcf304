#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/clock_ration.h"
#include "workload/io.h"
#include "workload/link.h"
#include "workload/pacer.h"
#include "workload/silence.h"

namespace xr {

inline constexpr std::uint64_t kUnlimitedBatch = ~std::uint64_t{0};

// A link for streams has
//   Io send_some(std::uint64_t most)  between 1 and `most` messages out; counts messages and bytes
//   Io receive_some()                 what is there, at least one byte; counts messages, bytes and
//                                     loss
//   std::uint64_t send_units()        of a sender that hands over messages: how many, one by one
//   std::uint64_t heard()             where more comes than is counted: changes with each
// and after kStalled, which it gives when a wait has brought nothing, either goes on where it was;
// and what every link has. A sender needs the first, a receiver the second.

template <class Link>
concept StreamSender = CountingLink<Link> && requires(Link& link, std::uint64_t most) {
  { link.send_some(most) } noexcept -> std::same_as<Io>;
};

template <class Link>
concept StreamReceiver = CountingLink<Link> && requires(Link& link) {
  { link.receive_some() } noexcept -> std::same_as<Io>;
};

/// Where the receiver asks for each message, the sender hands over none.
template <class Link>
concept CountsSendUnits = requires(const Link& same) {
  { same.send_units() } noexcept -> std::same_as<std::uint64_t>;
};

/// How many messages a sender had handed over one by one when its counts were `then`, which may lie
/// a batch behind. Nothing where none is handed over.
template <class Link>
std::optional<std::uint64_t> send_units_at(const Counters& then, Link& link) noexcept {
  if constexpr (CountsSendUnits<Link>)
    return link.send_units() - (link.counters().messages - then.messages);
  else
    return std::nullopt;
}

/// Sends until it is stopped or the receiver goes. `send_units`: until the last mark, as its
/// messages are. `phase`: of several senders that share a rate, the part of a message's time by
/// which this one begins later, 0 to 1.
template <StreamSender Link, class Clock>
Io run_sender(Link& link, std::uint64_t message_bytes, Timeline<Clock>& follower,
              Pacer<Clock>& pacer, const Patience& patience, const StopFlag& stop,
              std::optional<std::uint64_t>& send_units, double phase = 0) {
  Counters& counters = link.counters();
  // At a rate, as many messages at once as make 100 µs of it: batches pay, bursts do not.
  const std::uint64_t most =
      pacer.limits() ? pacer.messages_within(100 * kNsPerUs, message_bytes) : kUnlimitedBatch;
  // Without a rate only the marks need the time, and no small message should pay for it.
  ClockRation ration(message_bytes <= 4096 && !pacer.limits() ? 31 : 0);
  std::uint64_t batches = 0;
  follower.start(counters);
  std::uint64_t read_at = follower.clock().now();
  using Judge = Silence<Clock>;
  Judge silence(follower.clock(), follower.board(), follower.link(), true, patience);
  silence.start(read_at);
  const auto meet_edge = [&](std::uint64_t now, const Counters& before) {
    const bool was_through = follower.is_through();
    follower.on_edge(now, before, link);
    if (!was_through) send_units = send_units_at(before, link);
  };
  // Messages may be far apart: edges do not wait for the next.
  const auto await_departure = [&] {
    pacer.wait(stop, [&](std::uint64_t now) {
      if (now >= follower.next_edge()) meet_edge(now, counters);
    });
  };
  pacer.start(read_at, phase * static_cast<double>(message_bytes));
  if (pacer.limits()) await_departure();
  for (;;) {
    const Counters before = counters;
    const Io io = link.send_some(most);
    if (io != Io::kOk) [[unlikely]] {
      if (io != Io::kStalled) return io;
      // A part of a message may have gone.
      follower.show(counters);
      if (silence.judge(follower.clock().now(), movement_of(link)) == Judge::Verdict::kDown)
        return io;
    }
    if (ration.is_due(batches++) || io != Io::kOk) {
      const std::uint64_t now = follower.clock().now();
      ration.read(follower.clock().to_ns(now - read_at));
      read_at = now;
      if (now >= follower.next_edge()) [[unlikely]]
        meet_edge(now, before);
    }
    if (pacer.limits()) {
      pacer.sent(counters.bytes - before.bytes);
      counters.forgiven_bytes = pacer.forgiven_bytes();
      await_departure();
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

/// Counts what arrives, between the edges of its window.
template <StreamReceiver Link, class Clock>
Io run_receiver(Link& link, Timeline<Clock>& timeline, const Patience& patience,
                const StopFlag& stop) {
  Counters& counters = link.counters();
  using Judge = Silence<Clock>;
  Judge silence(timeline.clock(), timeline.board(), timeline.link(), false, patience);
  silence.start(timeline.clock().now());
  const auto judge = [&] { return silence.judge(timeline.clock().now(), movement_of(link)); };
  // Whoever ends its own warm-up begins with the first arrival.
  if (timeline.begins_with_arrival()) {
    Io io = link.receive_some();
    while (io == Io::kStalled && judge() != Judge::Verdict::kDown) io = link.receive_some();
    if (io != Io::kOk) return io;
  }
  timeline.start(counters);
  for (;;) {
    const Counters before = counters;
    const Io io = link.receive_some();
    if (io != Io::kOk) [[unlikely]] {
      if (io != Io::kStalled) return io;
      const auto verdict = judge();
      if (verdict == Judge::Verdict::kDown) return io;
      // Where a path may be down, no edge was met, however late that is known.
      if (verdict == Judge::Verdict::kOpen) continue;
    }
    const std::uint64_t now = timeline.clock().now();
    if (now >= timeline.next_edge()) [[unlikely]] {
      if (!timeline.on_edge(now, before, link)) return Io::kOk;
    }
    timeline.show(counters);
    if (timeline.attempts(counters) >= timeline.target()) [[unlikely]] {
      link.refresh();
      if (!timeline.on_target(now, counters)) return Io::kOk;
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

}  // namespace xr
