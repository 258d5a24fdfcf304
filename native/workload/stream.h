#pragma once

#include <cstdint>

#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/io.h"
#include "workload/pacer.h"

namespace xr {

inline constexpr std::uint64_t kUnlimitedBatch = ~std::uint64_t{0};

// A link for streams has
//   Io send_some(std::uint64_t most)  between 1 and `most` messages out; counts messages and bytes
//   Io receive_some()                 what is there, at least one byte; counts messages, bytes and
//   loss Counters& counters(); void refresh()   as in ping_pong.h

/// Sends until it is stopped or the receiver goes.
template <class Link, class Clock>
Io run_sender(Link& link, std::uint64_t message_bytes, Follower<Clock>& follower,
              Pacer<Clock>& pacer, const StopFlag& stop) noexcept {
  Counters& counters = link.counters();
  // At a rate, as many messages at once as make 100 µs of it: batches pay, bursts do not.
  const std::uint64_t most =
      pacer.limits() ? pacer.messages_within(100 * kNsPerUs, message_bytes) : kUnlimitedBatch;
  // Without a rate only the marks need the time, and no small message should pay for it.
  const std::uint64_t readings_mask = message_bytes <= 4096 ? 31 : 0;
  std::uint64_t batches = 0;
  std::uint64_t now = follower.clock().now();
  follower.start(now, counters);
  pacer.start(now);
  for (;;) {
    const std::uint64_t bytes_before = counters.bytes;
    const Io io = link.send_some(most);
    if (io != Io::kOk) [[unlikely]]
      return io;
    if (pacer.limits()) {
      pacer.sent(counters.bytes - bytes_before);
      now = pacer.wait(stop);
    } else if ((++batches & readings_mask) == 0) {
      now = follower.clock().now();
    }
    if (now >= follower.next_edge()) [[unlikely]] {
      link.refresh();
      follower.on_edge(now, counters);
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

/// Counts what arrives, between time stamps of its own. Time begins with the first arrival.
template <class Link, class Clock>
Io run_receiver(Link& link, Timeline<Clock>& timeline, const StopFlag& stop) noexcept {
  Counters& counters = link.counters();
  Progress progress = timeline.progress();
  Io io = link.receive_some();
  if (io != Io::kOk) return io;
  timeline.start(timeline.clock().now(), counters);
  for (;;) {
    io = link.receive_some();
    if (io != Io::kOk) [[unlikely]]
      return io;
    const std::uint64_t now = timeline.clock().now();
    progress.counts(counters.messages, counters.bytes, counters.lost);
    if (now >= timeline.next_edge() || timeline.attempts(counters) >= timeline.target())
        [[unlikely]] {
      link.refresh();
      if (!timeline.on_edge(now, counters)) return Io::kOk;
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

}  // namespace xr
