#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "measure/clock_source.h"
#include "measure/thread_setup.h"
#include "transport/run_link.h"

namespace xr {

inline constexpr const char* kPinningOp = "pthread_setaffinity_np";

/// Turns the ends of all links into one status: the worst that happened, and a fault for it.
void settle(RunOutcome& outcome);

/// Runs every link of an endpoint, each on a thread of its own (the last on the calling one), all
/// with the same clock. `with_link(i, visit)` makes the link of its role and calls `visit` with it;
/// links are not shared between threads. `stop_all` sets `stop` and wakes what sleeps: called when
/// a link fails, because the others would wait for it in vain.
template <class WithLink>
RunOutcome run_links(const EndpointSpec& spec, const ClockPair& origin, const StopFlag& stop,
                     const std::function<void()>& stop_all, std::int64_t* progress,
                     const std::function<void()>& on_measured, const WithLink& with_link) {
  const unsigned count = spec.link_count();
  RunOutcome outcome;
  outcome.links.resize(count);
  outcome.clock_source = choose_clock_source();
  wait_for_slope(origin);
  outcome.clock_quality = measure_clock(outcome.clock_source, origin);

  unsigned deciding = 0;
  for (unsigned i = 0; i < count; ++i)
    deciding += spec.role_of(i) == Role::kInitiator || spec.role_of(i) == Role::kReceiver;
  std::atomic<unsigned> still_deciding{deciding};
  std::atomic<bool> all_by_themselves{true};

  const auto run_one = [&](unsigned i) {
    const int cpu = spec.cpus.empty() ? -1 : spec.cpus[i % spec.cpus.size()];
    const Role role = spec.role_of(i);
    LinkOutcome& link_outcome = outcome.links[i];
    link_outcome.role = role;
    if (const int refused = set_up_thread(("xr-link-" + std::to_string(i)).c_str(), cpu);
        refused != 0) {
      link_outcome.end = Io::kError;
      link_outcome.failure = {kPinningOp, refused};
    } else {
      // One link shows the progress of all: what a user looks at is whether it moves.
      const bool shows = i == 0 || (i == spec.streams && spec.role_of(0) == Role::kSender);
      const LinkContext context{spec, stop, Progress(shows ? progress : nullptr)};
      with_link(i, [&](auto& link) {
        link_outcome = outcome.clock_source == ClockSource::kCounter
                           ? run_link(link, role, CounterClock(origin), context)
                           : run_link(link, role, RawClock(), context);
      });
      link_outcome.pinned_cpu = cpu;
    }
    if (link_outcome.end != Io::kOk && link_outcome.end != Io::kStopped) stop_all();
    if (role == Role::kSender || role == Role::kResponder) return;
    if (link_outcome.end != Io::kOk) all_by_themselves = false;
    if (still_deciding.fetch_sub(1) == 1 && all_by_themselves && on_measured) on_measured();
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
  return outcome;
}

}  // namespace xr
