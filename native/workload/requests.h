#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "measure/histogram.h"
#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/io.h"
#include "workload/link.h"

namespace xr {

// A link for requests has
//   unsigned slots()       how many requests may be under way at once, numbered from 0
//   void begin(slot)       a request is to be made, by the next send()
//   Io send()              what there is to send, out
//   Io wait()              returns when something came; `answered()` are then the slots whose
//                          answers are complete since the last wait()
// and what every link has, and neither throws nor allocates in any of them.

template <class Link>
concept Requester = CountingLink<Link> && requires(Link& link, const Link& same, unsigned slot) {
  { same.slots() } noexcept -> std::same_as<unsigned>;
  { link.begin(slot) } noexcept;
  { link.send() } noexcept -> std::same_as<Io>;
  { link.wait() } noexcept -> std::same_as<Io>;
  { same.answered() } noexcept -> std::same_as<const std::vector<unsigned>&>;
};

/// As many requests under way as there are slots, each followed by the next. A sample runs from
/// just before the request is made, waiting for the peer to let it be made included, until the call
/// that received the end of its answer has returned.
template <Requester Link, class Clock>
Io run_requester(Link& link, Timeline<Clock>& timeline, Histogram& histogram,
                 const StopFlag& stop) {
  std::vector<std::uint64_t> began(link.slots());
  Counters& counters = link.counters();
  timeline.start(counters);
  std::uint64_t under_way = 0;
  const auto begin = [&](unsigned slot, std::uint64_t now) noexcept {
    began[slot] = now;
    link.begin(slot);
    ++under_way;
  };
  std::uint64_t now = timeline.clock().now();
  for (unsigned slot = 0; slot < link.slots(); ++slot) {
    if (timeline.attempts(counters) + under_way < timeline.target()) begin(slot, now);
  }
  for (;;) {
    const Counters before = counters;
    Io io = link.send();
    if (io == Io::kOk) [[likely]]
      io = link.wait();
    if (io != Io::kOk) [[unlikely]]
      return io;
    now = timeline.clock().now();
    if (now >= timeline.next_edge()) [[unlikely]] {
      if (!timeline.on_edge(now, before, link)) return Io::kOk;
    }
    for (const unsigned slot : link.answered())
      histogram.record(timeline.clock().to_ns(now - began[slot]));
    counters.messages += link.answered().size();
    under_way -= link.answered().size();
    timeline.show(counters);
    if (timeline.attempts(counters) >= timeline.target()) [[unlikely]] {
      link.refresh();
      if (!timeline.on_target(now, counters)) return Io::kOk;
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
    if (link.answered().empty()) continue;
    now = timeline.clock().now();
    for (const unsigned slot : link.answered()) {
      if (timeline.attempts(counters) + under_way < timeline.target()) begin(slot, now);
    }
  }
}

}  // namespace xr
