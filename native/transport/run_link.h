#pragma once

#include <utility>

#include "measure/histogram.h"
#include "transport/endpoint_spec.h"
#include "transport/outcome.h"
#include "workload/connect.h"
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

template <class Link>
concept InitiatorLink = requires(Link& link) {
  link.send_request();
};
template <class Link>
concept RequesterLink = requires(Link& link) {
  link.begin(0u);
};
template <class Link>
concept ConnectorLink = requires(Link& link) {
  link.disconnect();
};
template <class Link>
concept ResponderLink = requires(Link& link) {
  link.receive_request();
};
template <class Link>
concept SenderLink = requires(Link& link) {
  link.send_some(std::uint64_t{1});
};
template <class Link>
concept ReceiverLink = requires(Link& link) {
  link.receive_some();
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
  shape.response_bytes = static_cast<std::uint32_t>(spec.response_bytes);
  shape.inflight = spec.inflight;
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

}  // namespace detail

/// Runs one link in its role until it ends, on the calling thread. The only place where loops,
/// links and clocks meet: the compiler makes one loop for each combination.
template <class Link, class Clock>
LinkOutcome run_link(Link& link, Role role, const Clock& clock, const LinkContext& context) {
  const EndpointSpec& spec = context.spec;
  LinkOutcome outcome;
  outcome.role = role;
  const auto conclude = [&](auto& timeline) {
    link.refresh();
    outcome.total = link.counters();
    // What befalls a link that is through does not concern what it has measured.
    outcome.is_through = timeline.is_through();
    timeline.finish(clock.now(), link.counters());
  };
  const auto run_deciding = [&](Histogram* histogram, auto&& loop) {
    Timeline<Clock> timeline(clock, spec.phases, histogram, context.board, context.link);
    outcome.end = loop(timeline);
    conclude(timeline);
    outcome.drift_ppm = detail::drift_of(timeline.clock());
    detail::collect(timeline, outcome);
  };
  const auto run_following = [&](auto&& loop) {
    auto follower = Timeline<Clock>::follower(clock, spec.phases, context.board, context.link);
    outcome.end = loop(follower);
    conclude(follower);
    outcome.marks = follower.series().marks();
  };
  if constexpr (InitiatorLink<Link>) {
    if (role == Role::kInitiator) {
      Histogram histogram;
      run_deciding(&histogram, [&](auto& timeline) {
        return run_initiator(link, spec.message_bytes, timeline, histogram, context.stop);
      });
    }
  }
  if constexpr (RequesterLink<Link>) {
    if (role == Role::kInitiator) {
      Histogram histogram;
      run_deciding(&histogram, [&](auto& timeline) {
        return run_requester(link, timeline, histogram, context.stop);
      });
    }
  }
  if constexpr (ConnectorLink<Link>) {
    Histogram histogram;
    Histogram handshake_histogram;
    MarkSeries handshakes(true);
    ConnectPhase phase;
    run_deciding(&histogram, [&](auto& timeline) {
      timeline.take_along(handshake_histogram, handshakes);
      return run_connector(link, spec.message_bytes, timeline, histogram, handshake_histogram,
                           phase, context.stop);
    });
    if (const std::size_t marks = handshakes.marks().size(); marks > 1) {
      Extremes all;
      for (std::size_t i = 1; i < marks; ++i) all.include(handshakes.stretches()[i]);
      outcome.connects = ConnectOutcome{
          phase.counts(),
          subtract(handshakes.snapshots().front(), handshakes.snapshots()[marks - 1], all)};
    }
  }
  if constexpr (MessageLink<Link>) {
    const char* problem = nullptr;
    if (role == Role::kInitiator) {
      Histogram histogram;
      run_deciding(&histogram, [&](auto& timeline) {
        RrInitiator initiator(link, detail::rr_shape_of(spec), timeline, histogram, context.stop);
        const Io io = initiator.run();
        problem = initiator.problem();
        return io;
      });
    }
    if (role == Role::kResponder) {
      run_following([&](auto& follower) {
        return run_rr_responder(link, detail::rr_shape_of(spec), follower, context.stop, problem);
      });
    }
    if (problem != nullptr) outcome.fault = Fault{"BAD_MESSAGE", "rr", 0, problem};
  }
  if constexpr (ResponderLink<Link>) {
    if (role == Role::kResponder) {
      run_following([&](auto& follower) {
        return run_responder(link, spec.message_bytes, follower, context.stop);
      });
    }
  }
  if constexpr (SenderLink<Link>) {
    if (role == Role::kSender) {
      run_following([&](auto& follower) {
        Pacer<Clock> pacer(clock, spec.rate_of_link());
        return run_sender(link, spec.message_bytes, follower, pacer, context.stop);
      });
      // Where the receiver asks for each message, the sender hands over none.
      if constexpr (requires { link.send_units(); }) outcome.send_units = link.send_units();
    }
  }
  if constexpr (ReceiverLink<Link>) {
    if (role == Role::kReceiver) {
      run_deciding(nullptr,
                   [&](auto& timeline) { return run_receiver(link, timeline, context.stop); });
    }
  }
  outcome.failure = link.failure();
  if constexpr (requires { link.fault(); }) {
    if (!outcome.fault) outcome.fault = link.fault();
  }
  return outcome;
}

}  // namespace xr
