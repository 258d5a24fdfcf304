#pragma once

#include <cstdint>

#include "measure/histogram.h"
#include "measure/mark_series.h"
#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/io.h"

namespace xr {

/// Of the connections that a link has made: how they came about.
struct ConnectCounts {
  std::uint64_t made = 0;
  /// By a ticket of an earlier one.
  std::uint64_t resumed = 0;
  /// Whose first packets carried data that was taken.
  std::uint64_t early_data = 0;
};

// A link for connects has
//   Io connect(established)   a connection of its own, and one message to and fro over it; calls
//                             `established()` once, when the handshake is complete at this end
//   void disconnect()         closes it
//   ConnectCounts& connects() of all so far
//   Counters& counters(), void refresh()   as in ping_pong.h

/// One connection after the other, each for one message. A sample runs from before anything of the
/// connection exists until the message has come back; a second one until the handshake is complete.
/// `handshakes` has two marks afterwards: where the measured phase begins and where it ends.
template <class Link, class Clock>
Io run_connector(Link& link, std::uint64_t message_bytes, Timeline<Clock>& timeline,
                 Histogram& histogram, Histogram& handshake_histogram, MarkSeries& handshakes,
                 const StopFlag& stop) {
  Counters& counters = link.counters();
  Progress progress = timeline.progress();
  const auto mark_begin = [&] {
    if (!timeline.measured() || !handshakes.marks().empty()) return;
    handshakes.add({}, &handshake_histogram);
    link.connects() = {};
  };
  timeline.start(timeline.clock().now(), counters);
  mark_begin();
  for (;;) {
    const std::uint64_t began = timeline.clock().now();
    std::uint64_t established = began;
    const Io io = link.connect([&] { established = timeline.clock().now(); });
    const std::uint64_t answered = timeline.clock().now();
    if (io != Io::kOk) [[unlikely]]
      return io;
    histogram.record(timeline.clock().to_ns(answered - began));
    handshake_histogram.record(timeline.clock().to_ns(established - began));
    counters.messages += 1;
    counters.bytes += message_bytes;
    progress.counts(counters.messages, counters.bytes, 0);
    link.disconnect();
    const std::uint64_t now = timeline.clock().now();
    if (now >= timeline.next_edge() || timeline.attempts(counters) >= timeline.target()) {
      link.refresh();
      if (!timeline.on_edge(now, counters)) return Io::kOk;
      mark_begin();
    }
    if (stop.is_set()) return Io::kStopped;
  }
}

}  // namespace xr
