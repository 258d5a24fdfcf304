#include "transport/run_links.h"

#include <algorithm>
#include <cmath>

#include "measure/thread_ledger.h"

namespace xr {
namespace {

Fault fault_of(const LinkOutcome& link) {
  if (link.fault) return *link.fault;
  if (link.end == Io::kStalled) {
    return Fault{"STALLED", link.failure.op, 0,
                 std::string("no progress within the idle timeout in ") + link.failure.op};
  }
  const char* code = link.failure.op == kPinningOp ? "PINNING" : "SOCKET";
  return errno_fault(code, link.failure.op, link.failure.errno_value);
}

}  // namespace

void settle(RunOutcome& outcome) {
  // The other threads have ended; this one had a link too.
  close_account();
  for (const LinkOutcome& link : outcome.links) {
    if (link.softirq_ns >= 0) outcome.softirq_ns = std::max(outcome.softirq_ns, link.softirq_ns);
    if (outcome.clock_source == ClockSource::kCounter && link.warmup) {
      if (!outcome.drift_ppm || std::abs(link.drift_ppm) > std::abs(*outcome.drift_ppm))
        outcome.drift_ppm = link.drift_ppm;
    }
    switch (link.end) {
      case Io::kOk:
      case Io::kLost: break;
      case Io::kStopped:
        if (outcome.status == RunStatus::kCompleted) outcome.status = RunStatus::kStopped;
        break;
      case Io::kClosed:
        if (outcome.status != RunStatus::kFailed) outcome.status = RunStatus::kPeerClosed;
        break;
      case Io::kStalled:
      case Io::kError:
        if (!outcome.fault) outcome.fault = fault_of(link);
        outcome.status = RunStatus::kFailed;
        break;
    }
  }
}

}  // namespace xr
