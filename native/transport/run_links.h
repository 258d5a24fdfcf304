#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "measure/clock_source.h"
#include "measure/scheduling.h"
#include "measure/thread_setup.h"
#include "transport/run_link.h"

namespace xr {

inline constexpr const char* kPinningOp = "sched_setaffinity";

/// Once a link is through, its peer may leave, or fall silent: that is no fault. What it still
/// finds wrong with the data is one.
void forgive_after_measuring(LinkOutcome& link);

/// What the exception under way is to the user. It has left the loop of a link, or was thrown while
/// the link was made.
Fault current_fault() noexcept;

/// Turns the ends of all links into one status: the worst that happened, and a fault for it.
void settle(RunOutcome& outcome);

/// Those of all links.
std::uint64_t strangers_of(const RunOutcome& outcome) noexcept;

/// Runs every link of an endpoint, each on a thread of its own (the last on the calling one), all
/// with the same clock. `with_link(wait, i, visit)` makes the link of its role and calls `visit`
/// with what it serves (link_ends.h) and with the link; `wait` is the spec's policy, as a
/// `std::integral_constant`. Links are not shared between threads. `stop_all` sets `stop` and wakes
/// what sleeps: called when a link fails, because the others would wait for it in vain.
template <class WithLink>
RunOutcome run_links(const EndpointSpec& spec, const ClockPair& origin, const StopFlag& stop,
                     const std::function<void()>& stop_all, RunBoard& board,
                     const std::function<void()>& on_measured, const WithLink& with_link) {
  const unsigned count = spec.link_count();
  RunOutcome outcome;
  outcome.links.resize(count);
  outcome.clock_source = choose_clock_source();
  wait_for_slope(origin);
  outcome.clock_quality = measure_clock(outcome.clock_source, origin);

  static_assert(2 * kMostStreams <= RunBoard::kMostLinks);
  unsigned deciding = 0;
  unsigned first = 0;
  for (unsigned i = count; i-- > 0;) {
    if (spec.role_of(i) != Role::kInitiator && spec.role_of(i) != Role::kReceiver) continue;
    ++deciding;
    first = i;
  }
  board.open(first, deciding, on_measured);

  const auto run_one = [&](unsigned i) {
    const int cpu = spec.cpus.empty() ? -1 : spec.cpus[i % spec.cpus.size()];
    const Role role = spec.role_of(i);
    LinkOutcome& link_outcome = outcome.links[i];
    link_outcome.role = role;
    try {
      if (const int refused = set_up_thread(("xr-link-" + std::to_string(i)).c_str(), cpu);
          refused != 0) {
        link_outcome.end = Io::kError;
        link_outcome.failure = {kPinningOp, refused};
      } else {
        const LinkContext context{spec, stop, board, i};
        const auto visit = [&](auto serves, auto& link) {
          link_outcome = outcome.clock_source == ClockSource::kCounter
                             ? run_link(serves, link, role, CounterClock(origin), context)
                             : run_link(serves, link, role, RawClock(), context);
        };
        if (spec.wait == WaitPolicy::kSpin) {
          with_link(std::integral_constant<WaitPolicy, WaitPolicy::kSpin>(), i, visit);
        } else {
          with_link(std::integral_constant<WaitPolicy, WaitPolicy::kBlock>(), i, visit);
        }
        // The frequency first: it is that of the loop for a moment only.
        link_outcome.cpu_khz = frequency_of_this_cpu_khz();
        link_outcome.pinned_cpu = cpu;
      }
    } catch (...) {
      link_outcome.end = Io::kError;
      link_outcome.fault = current_fault();
    }
    forgive_after_measuring(link_outcome);
    if (link_outcome.end != Io::kOk && link_outcome.end != Io::kStopped) stop_all();
  };

  std::vector<std::thread> threads;
  threads.reserve(count);
  try {
    for (unsigned i = 0; i + 1 < count; ++i) threads.emplace_back(run_one, i);
  } catch (const std::system_error& error) {
    stop_all();
    for (std::thread& thread : threads) thread.join();
    throw_errno("THREAD", "pthread_create", error.code().value());
  }
  run_one(count - 1);
  for (std::thread& thread : threads) thread.join();
  settle(outcome);
  if (spec.guarded) outcome.strangers = strangers_of(outcome);
  outcome.softirq_ns = board.softirq_ns();
  return outcome;
}

}  // namespace xr
