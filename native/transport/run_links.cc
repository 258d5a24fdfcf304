#include "transport/run_links.h"

#include <cerrno>
#include <cmath>
#include <exception>
#include <new>

namespace xr {
namespace {

Fault fault_of(const LinkOutcome& link) {
  if (link.fault) return *link.fault;
  if (link.end == Io::kStalled) {
    return Fault{"STALLED", link.failure.op, 0,
                 std::string("no progress within the idle timeout in ") + link.failure.op};
  }
  if (link.end != Io::kError)
    return Fault{"INTERNAL", "run", 0, "a link's loop ended with what it should go on with"};
  const char* code = link.failure.op == kPinningOp ? "PINNING" : "SOCKET";
  return errno_fault(code, link.failure.op, link.failure.errno_value);
}

}  // namespace

void forgive_after_measuring(LinkOutcome& link) {
  if (!link.is_through) return;
  if (link.fault && link.fault->code == "DATA_MISMATCH") return;
  link.end = Io::kOk;
  link.fault.reset();
}

Fault current_fault() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      return error.fault();
    } catch (const std::bad_alloc&) {
      return Fault{"NO_MEMORY", "allocate", ENOMEM, "there is not enough memory"};
    } catch (const std::exception& error) {
      return Fault{"INTERNAL", "run", 0, std::string("a link failed: ") + error.what()};
    } catch (...) {
      return Fault{"INTERNAL", "run", 0, "a link failed"};
    }
  } catch (...) {
    // Not even its name can be kept.
    return Fault{};
  }
}

std::uint64_t strangers_of(const RunOutcome& outcome) noexcept {
  std::uint64_t all = 0;
  for (const LinkOutcome& link : outcome.links) all += link.total.strangers;
  return all;
}

void settle(RunOutcome& outcome) {
  for (const LinkOutcome& link : outcome.links) {
    if (outcome.clock_source == ClockSource::kCounter && link.warmup) {
      if (!outcome.drift_ppm || std::abs(link.drift_ppm) > std::abs(*outcome.drift_ppm))
        outcome.drift_ppm = link.drift_ppm;
    }
    switch (link.end) {
      case Io::kOk: break;
      case Io::kStopped:
        if (outcome.status == RunStatus::kCompleted) outcome.status = RunStatus::kStopped;
        break;
      case Io::kClosed:
        if (outcome.status != RunStatus::kFailed) outcome.status = RunStatus::kPeerClosed;
        break;
      // With the next five a loop goes on: none ends with one.
      case Io::kLost:
      case Io::kRefused:
      case Io::kDue:
      case Io::kNothing:
      case Io::kFull:
      case Io::kStalled:
      case Io::kError:
        if (!outcome.fault) outcome.fault = fault_of(link);
        outcome.status = RunStatus::kFailed;
        break;
    }
  }
}

}  // namespace xr
