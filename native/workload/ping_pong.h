#pragma once

#include <concepts>
#include <cstdint>

#include "measure/histogram.h"
#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/clock_ration.h"
#include "workload/io.h"
#include "workload/link.h"

namespace xr {

// A link for ping-pong has
//   Io send_request()     one message out, with the next sequence number; kRefused when this end's
//                         own stack would not take it
//   Io receive_reply()    its answer, complete; kLost when that did not come in time
//   Io receive_request()  one message in, complete; kDue when it is time to look at the clock
//   Io send_reply()       the message just received, back
// and what every link has, and neither throws nor allocates in any of them, but for one that makes
// connections. An initiator needs the first two, a responder the second two. One whose memory is
// worked on without it has no message to come, and looks at the clock now and then.

template <class Link>
concept PingPongInitiator = CountingLink<Link> && requires(Link& link) {
  { link.send_request() } noexcept -> std::same_as<Io>;
  { link.receive_reply() } noexcept -> std::same_as<Io>;
};

/// As a responder is, but that it may throw: for each message it may make a connection.
template <class Link>
concept ConnectAcceptor = CountingLink<Link> && requires(Link& link) {
  { link.receive_request() } -> std::same_as<Io>;
  { link.send_reply() } -> std::same_as<Io>;
};

template <class Link>
concept PingPongResponder = ConnectAcceptor<Link> && requires(Link& link) {
  { link.receive_request() } noexcept;
  { link.send_reply() } noexcept;
};

/// One message in flight. A sample runs from just before the send until the answer is complete: a
/// whole round trip.
template <PingPongInitiator Link, class Clock>
Io run_initiator(Link& link, std::uint64_t message_bytes, Timeline<Clock>& timeline,
                 Histogram& histogram, const StopFlag& stop) {
  Counters& counters = link.counters();
  timeline.start(counters);
  for (;;) {
    const std::uint64_t sent = timeline.clock().now();
    Io io = link.send_request();
    if (io == Io::kOk) [[likely]]
      io = link.receive_reply();
    const std::uint64_t received = timeline.clock().now();
    // What is never answered has no edge behind it, however late that is known.
    if (io != Io::kOk && !is_loss(io)) [[unlikely]]
      return io;
    if (received >= timeline.next_edge()) [[unlikely]] {
      Counters before = counters;
      // The link has counted it already.
      if (is_loss(io)) --before.lost;
      if (!timeline.on_edge(received, before, link)) return Io::kOk;
    }
    if (io == Io::kOk) [[likely]] {
      histogram.record(timeline.clock().to_ns(received - sent));
      counters.messages += 1;
      counters.bytes += message_bytes;
    }
    timeline.show(counters);
    if (timeline.attempts(counters) >= timeline.target()) [[unlikely]] {
      link.refresh();
      if (!timeline.on_target(received, counters)) return Io::kOk;
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

/// Sends back what comes, until it is stopped or the initiator goes.
template <ConnectAcceptor Link, class Clock>
Io run_responder(Link& link, std::uint64_t message_bytes, Timeline<Clock>& follower,
                 const StopFlag& stop) {
  ClockRation ration(message_bytes <= 4096 && !requires { Link::kReadsClockEachTime; } ? 63 : 0);
  Counters& counters = link.counters();
  follower.start(counters);
  std::uint64_t read_at = follower.clock().now();
  for (;;) {
    Io io = link.receive_request();
    if (io == Io::kDue) [[unlikely]] {
      read_at = follower.clock().now();
      if (read_at >= follower.next_edge()) follower.on_edge(read_at, counters, link);
      if (stop.is_set()) return Io::kStopped;
      continue;
    }
    if (io == Io::kOk) [[likely]]
      io = link.send_reply();
    if (io != Io::kOk) [[unlikely]]
      return io;
    if (ration.is_due(counters.messages)) [[unlikely]] {
      const std::uint64_t now = follower.clock().now();
      ration.read(follower.clock().to_ns(now - read_at));
      read_at = now;
      if (now >= follower.next_edge()) follower.on_edge(now, counters, link);
    }
    counters.messages += 1;
    counters.bytes += message_bytes;
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

}  // namespace xr
