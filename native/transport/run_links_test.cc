#include "transport/run_links.h"

#include <new>
#include <stdexcept>

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"

namespace {

using xr::Counters;
using xr::EndpointSpec;
using xr::Io;
using xr::RunOutcome;
using xr::RunStatus;

enum class Trouble { kMemory, kError, kOther, kNothingKnown };

[[noreturn]] void raise(Trouble trouble) {
  switch (trouble) {
    case Trouble::kMemory: throw std::bad_alloc();
    case Trouble::kError: xr::throw_fault("TLS", "handshake", "the planted one");
    case Trouble::kOther: throw std::out_of_range("planted");
    case Trouble::kNothingKnown: throw 7;
  }
  throw 8;
}

/// Receives a few messages and then throws.
class ThrowingLink {
 public:
  explicit ThrowingLink(Trouble trouble) : trouble_(trouble) {}
  Io receive_some() {
    if (++counters_.messages == 3) raise(trouble_);
    return Io::kOk;
  }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

 private:
  Trouble trouble_;
  Counters counters_;
};

/// Receives until it is stopped.
class PatientLink {
 public:
  explicit PatientLink(const xr::StopFlag& stop) : stop_(stop) {}
  Io receive_some() noexcept {
    std::this_thread::yield();
    return stop_.is_set() ? Io::kStopped : Io::kOk;
  }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

 private:
  const xr::StopFlag& stop_;
  Counters counters_;
};

/// Its loop ends with what should end none.
class BaffledLink {
 public:
  explicit BaffledLink(Io end) : end_(end) {}
  Io receive_some() noexcept { return end_; }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

 private:
  Io end_;
  Counters counters_;
};

EndpointSpec receivers(unsigned count) {
  EndpointSpec spec =
      xr::test::spec_for(xr::TransportKind::kLoopback, xr::WaitPolicy::kSpin);
  spec.side = xr::Side::kServer;
  spec.workload = xr::Workload::kStream;
  spec.streams = count;
  spec.phases = {0, 3600 * xr::kNsPerSec, 0, xr::kNsPerSec};
  return spec;
}

/// Three links, of which the middle one gets into trouble, in its loop or while it is made.
RunOutcome run_with(Trouble trouble, bool while_made) {
  const EndpointSpec spec = receivers(3);
  xr::StopFlag stop;
  xr::RunBoard board(spec.phases);
  return xr::run_links(
      spec, xr::read_clock_pair(), stop, [&] { stop.set(); }, board, {},
      [&](unsigned i, const auto& visit) {
        if (i == 1) {
          if (while_made) raise(trouble);
          ThrowingLink link(trouble);
          return visit(link);
        }
        PatientLink link(stop);
        visit(link);
      });
}

void expect_fault(Trouble trouble, const char* code, const char* text) {
  for (const bool while_made : {false, true}) {
    const RunOutcome outcome = run_with(trouble, while_made);
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, code);
    CHECK(outcome.fault->message.find(text) != std::string::npos);
    // The others do not wait for it.
    CHECK(outcome.links.at(0).end == Io::kStopped);
    CHECK(outcome.links.at(2).end == Io::kStopped);
  }
}

TEST("run_links: an exception on a link's thread is a fault of the run, whatever it is") {
  expect_fault(Trouble::kMemory, "NO_MEMORY", "memory");
  expect_fault(Trouble::kError, "TLS", "the planted one");
  expect_fault(Trouble::kOther, "INTERNAL", "planted");
  expect_fault(Trouble::kNothingKnown, "INTERNAL", "failed");
}

TEST("run_links: a loop that ends with what it should have gone on with is a fault") {
  for (const Io end : {Io::kLost, Io::kRefused, Io::kDue, Io::kNothing, Io::kFull}) {
    const EndpointSpec spec = receivers(1);
    xr::StopFlag stop;
    xr::RunBoard board(spec.phases);
    const RunOutcome outcome = xr::run_links(
        spec, xr::read_clock_pair(), stop, [&] { stop.set(); }, board, {},
        [&](unsigned, const auto& visit) {
          BaffledLink link(end);
          visit(link);
        });
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "INTERNAL");
  }
}

}  // namespace
