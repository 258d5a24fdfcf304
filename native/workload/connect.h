#pragma once

#include <concepts>
#include <cstdint>

#include "measure/histogram.h"
#include "measure/mark_series.h"
#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/io.h"
#include "workload/link.h"

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
// and what every link has. At the other end is a responder that takes connections.

template <class Link>
concept ConnectInitiator = CountingLink<Link> && requires(Link& link, void (*established)()) {
  { link.connect(established) } -> std::same_as<Io>;
  { link.disconnect() } noexcept;
  { link.connects() } noexcept -> std::same_as<ConnectCounts&>;
};

/// What the connections of the measured phase came to, beside the histogram of their messages.
class ConnectPhase {
 public:
  /// At an edge: the connections of before it.
  template <class Clock>
  void at_edge(const Timeline<Clock>& timeline, const ConnectCounts& before) noexcept {
    if (timeline.windows_begun() != windows_begun_) {
      windows_begun_ = timeline.windows_begun();
      first_ = before;
      is_over_ = false;
    }
    if (timeline.is_through() && !is_over_) finish(before);
  }
  void finish(const ConnectCounts& counts) noexcept {
    if (is_over_) return;
    last_ = counts;
    is_over_ = true;
  }
  ConnectCounts counts() const noexcept {
    return {last_.made - first_.made, last_.resumed - first_.resumed,
            last_.early_data - first_.early_data};
  }

 private:
  ConnectCounts first_;
  ConnectCounts last_;
  unsigned windows_begun_ = 0;
  bool is_over_ = false;
};

/// One connection after the other, each for one message. A sample runs from before anything of the
/// connection exists until the message has come back; a second one until the handshake is complete.
template <ConnectInitiator Link, class Clock>
Io run_connector(Link& link, std::uint64_t message_bytes, Timeline<Clock>& timeline,
                 Histogram& histogram, Histogram& handshake_histogram, ConnectPhase& phase,
                 const StopFlag& stop) {
  Counters& counters = link.counters();
  timeline.start(counters);
  phase.at_edge(timeline, link.connects());
  for (;;) {
    const ConnectCounts before = link.connects();
    const std::uint64_t began = timeline.clock().now();
    std::uint64_t established = began;
    const Io io = link.connect([&] { established = timeline.clock().now(); });
    const std::uint64_t answered = timeline.clock().now();
    if (io != Io::kOk) [[unlikely]] {
      phase.finish(before);
      return io;
    }
    if (answered >= timeline.next_edge()) {
      const bool goes_on = timeline.on_edge(answered, counters, link);
      phase.at_edge(timeline, before);
      if (!goes_on) return Io::kOk;
    }
    histogram.record(timeline.clock().to_ns(answered - began));
    handshake_histogram.record(timeline.clock().to_ns(established - began));
    counters.messages += 1;
    counters.bytes += message_bytes;
    timeline.show(counters);
    link.disconnect();
    if (timeline.attempts(counters) >= timeline.target()) {
      link.refresh();
      const bool goes_on = timeline.on_target(answered, counters);
      phase.at_edge(timeline, link.connects());
      if (!goes_on) return Io::kOk;
    }
    if (stop.is_set()) {
      phase.finish(link.connects());
      return Io::kStopped;
    }
  }
}

}  // namespace xr
