#pragma once

#include <cstddef>
#include <utility>

#include "measure/histogram.h"
#include "transport/endpoint_spec.h"
#include "transport/link_ends.h"
#include "transport/outcome.h"
#include "workload/connect.h"
#include "workload/link.h"
#include "workload/ping_pong.h"
#include "workload/requests.h"
#include "workload/rr.h"
#include "workload/stream.h"

namespace xr {

/// What the thread of a link needs beside the link itself.
struct LinkContext {
  const EndpointSpec& spec;
  const StopFlag& stop;
  RunBoard& board;
  unsigned link;
};

namespace detail {

template <class Clock>
void collect(const Timeline<Clock>& timeline, LinkOutcome& outcome) {
  const MarkSeries& series = timeline.series();
  outcome.warmup = Warmup{timeline.warmup_ns(), timeline.warmup_end()};
  outcome.marks = series.marks();
  if (series.marks().empty() || series.stretches().empty()) return;
  Extremes all;
  for (std::size_t i = 1; i < series.marks().size(); ++i) {
    const Extremes& stretch = series.stretches()[i];
    all.include(stretch);
    outcome.interval_latencies.push_back(
        subtract(series.snapshots()[i - 1], series.snapshots()[i], stretch));
  }
  outcome.latency =
      subtract(series.snapshots().front(), series.snapshots()[series.marks().size() - 1], all);
}

inline RrShape rr_shape_of(const EndpointSpec& spec) {
  RrShape shape;
  shape.request_bytes = static_cast<std::uint32_t>(spec.message_bytes);
  shape.response_bytes = static_cast<std::uint32_t>(spec.rr.response_bytes);
  shape.inflight = spec.rr.inflight;
  shape.flows = spec.link_count();
  shape.message_timeout_ns = spec.message_timeout_ns;
  shape.idle_timeout_ns = spec.idle_timeout_ns;
  return shape;
}

template <class Clock>
double drift_of(const Clock& clock) {
  if constexpr (requires { clock.drift_ppm(); }) return clock.drift_ppm();
  return 0;
}

/// One that a loop fills beside that of its latency.
class FurtherHistogram {
 public:
  explicit FurtherHistogram(const char* name) : name_(name), series_(true) {}

  Histogram& histogram() noexcept { return histogram_; }

  template <class Clock>
  void go_along(Timeline<Clock>& timeline) noexcept {
    timeline.take_along(histogram_, series_);
  }

  /// What it came to in the measured phase; false where there was none.
  bool add_to(LinkOutcome& outcome) const {
    const std::size_t marks = series_.marks().size();
    if (marks < 2) return false;
    Extremes all;
    for (std::size_t i = 1; i < marks; ++i) all.include(series_.stretches()[i]);
    outcome.histograms.push_back(
        {name_, subtract(series_.snapshots().front(), series_.snapshots()[marks - 1], all)});
    return true;
  }

 private:
  const char* name_;
  Histogram histogram_;
  MarkSeries series_;
};

/// What the loops of all ends have in common: their timeline, and what it says when they are over.
template <class Clock>
class LinkRun {
 public:
  LinkRun(const Clock& clock, const LinkContext& context, LinkOutcome& outcome)
      : clock_(clock), context_(context), outcome_(outcome) {}

  const Clock& clock() const noexcept { return clock_; }
  const EndpointSpec& spec() const noexcept { return context_.spec; }
  const StopFlag& stop() const noexcept { return context_.stop; }
  LinkOutcome& outcome() noexcept { return outcome_; }

  /// Its place among those of its direction, 0 to 1.
  double phase() const noexcept {
    return static_cast<double>(context_.link % spec().stream.streams) / spec().stream.streams;
  }

  /// `loop(timeline)` of an end that decides when the run is measured.
  template <class Link, class Loop>
  void decide(Link& link, Histogram* histogram, const Loop& loop) {
    Timeline<Clock> timeline(clock_, spec().phases, histogram, context_.board, context_.link);
    outcome_.end = loop(timeline);
    conclude(link, timeline);
    outcome_.drift_ppm = drift_of(timeline.clock());
    collect(timeline, outcome_);
  }

  /// `loop(follower)` of an end that follows another.
  template <class Link, class Loop>
  void follow(Link& link, const Loop& loop) {
    auto follower =
        Timeline<Clock>::follower(clock_, spec().phases, context_.board, context_.link);
    outcome_.end = loop(follower);
    conclude(link, follower);
    outcome_.marks = follower.series().marks();
  }

 private:
  template <class Link>
  void conclude(Link& link, Timeline<Clock>& timeline) {
    link.refresh();
    outcome_.total = link.counters();
    // What befalls a link that is through does not concern what it has measured.
    outcome_.is_through = timeline.is_through();
    timeline.finish(clock_.now(), link.counters());
    outcome_.scheduling = timeline.scheduling();
  }

  const Clock& clock_;
  const LinkContext& context_;
  LinkOutcome& outcome_;
};

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kPingPong, Role::kInitiator>, Link& link, LinkRun<Clock>& run) {
  static_assert(PingPongInitiator<Link>, "this link cannot begin a ping-pong");
  Histogram histogram;
  run.decide(link, &histogram, [&](auto& timeline) {
    return run_initiator(link, run.spec().message_bytes, timeline, histogram, run.stop());
  });
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kPingPong, Role::kResponder>, Link& link, LinkRun<Clock>& run) {
  static_assert(PingPongResponder<Link>, "this link cannot answer in a ping-pong");
  run.follow(link, [&](auto& follower) {
    return run_responder(link, run.spec().message_bytes, follower, run.stop());
  });
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kStream, Role::kSender>, Link& link, LinkRun<Clock>& run) {
  static_assert(StreamSender<Link>, "this link cannot send a stream");
  LinkOutcome& outcome = run.outcome();
  run.follow(link, [&](auto& follower) {
    Pacer<Clock> pacer(run.clock(), run.spec().rate_of_link());
    return run_sender(link, run.spec().message_bytes, follower, pacer, run.spec().patience(),
                      run.stop(), outcome.send_units, run.phase());
  });
  // Then the last mark is that of the loop's end.
  if (!outcome.is_through) outcome.send_units = send_units_at(outcome.total, link);
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kStream, Role::kReceiver>, Link& link, LinkRun<Clock>& run) {
  static_assert(StreamReceiver<Link>, "this link cannot receive a stream");
  run.decide(link, nullptr,
             [&](auto& timeline) {
               return run_receiver(link, timeline, run.spec().patience(), run.stop());
             });
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kConnect, Role::kInitiator>, Link& link, LinkRun<Clock>& run) {
  static_assert(ConnectInitiator<Link>, "this link cannot make connections");
  Histogram histogram;
  FurtherHistogram handshakes(kHandshakeName);
  ConnectPhase phase;
  run.decide(link, &histogram, [&](auto& timeline) {
    handshakes.go_along(timeline);
    return run_connector(link, run.spec().message_bytes, timeline, histogram,
                         handshakes.histogram(), phase, run.stop());
  });
  if (handshakes.add_to(run.outcome())) run.outcome().connects = phase.counts();
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kConnect, Role::kResponder>, Link& link, LinkRun<Clock>& run) {
  static_assert(ConnectAcceptor<Link>, "this link cannot take connections");
  run.follow(link, [&](auto& follower) {
    return run_responder(link, run.spec().message_bytes, follower, run.stop());
  });
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kRr, Role::kInitiator>, Link& link, LinkRun<Clock>& run) {
  static_assert(MessageLink<Link>, "this link cannot carry messages of several flows");
  Histogram histogram;
  const char* problem = nullptr;
  run.decide(link, &histogram, [&](auto& timeline) {
    RrInitiator initiator(link, rr_shape_of(run.spec()), timeline, histogram, run.stop());
    const Io io = initiator.run();
    problem = initiator.problem();
    return io;
  });
  if (problem != nullptr) run.outcome().fault = Fault{"BAD_MESSAGE", "rr", 0, problem};
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kRr, Role::kResponder>, Link& link, LinkRun<Clock>& run) {
  static_assert(MessageLink<Link>, "this link cannot carry messages of several flows");
  const char* problem = nullptr;
  run.follow(link, [&](auto& follower) {
    return run_rr_responder(link, rr_shape_of(run.spec()), follower, run.stop(), problem);
  });
  if (problem != nullptr) run.outcome().fault = Fault{"BAD_MESSAGE", "rr", 0, problem};
}

template <class Link, class Clock>
void run_end(LinkEnd<Workload::kRequests, Role::kInitiator>, Link& link, LinkRun<Clock>& run) {
  static_assert(Requester<Link>, "this link cannot make requests");
  Histogram histogram;
  run.decide(link, &histogram, [&](auto& timeline) {
    return run_requester(link, timeline, histogram, run.stop());
  });
}

}  // namespace detail

/// Runs one link in its role until it ends, on the calling thread. The only place where workloads,
/// loops, links and clocks meet: the compiler makes one loop for each combination. Throws INTERNAL
/// where the link serves no such end of the spec's workload.
template <class... Each, class Link, class Clock>
LinkOutcome run_link(LinkEnds<Each...> /*serves*/, Link& link, Role role, const Clock& clock,
                     const LinkContext& context) {
  LinkOutcome outcome;
  outcome.role = role;
  detail::LinkRun<Clock> run(clock, context, outcome);
  const auto is_run = [&]<Workload kOf, Role kAs>(LinkEnd<kOf, kAs> end) {
    if (context.spec.workload != kOf || role != kAs) return false;
    detail::run_end(end, link, run);
    return true;
  };
  if (!(is_run(Each{}) || ...))
    throw_fault("INTERNAL", "run", "a link was made for another workload or end than its own");
  outcome.failure = link.failure();
  if constexpr (detail::HasFault<Link>) {
    if (!outcome.fault) outcome.fault = link.fault();
  }
  return outcome;
}

}  // namespace xr
