#include "transport/run_links.h"

#include <new>
#include <stdexcept>
#include <string>

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

/// Takes a few connections and then throws, which no other link may.
class ThrowingLink {
 public:
  explicit ThrowingLink(Trouble trouble) : trouble_(trouble) {}
  Io receive_request() {
    if (++requests_ == 3) raise(trouble_);
    return Io::kOk;
  }
  Io send_reply() noexcept { return Io::kOk; }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

 private:
  Trouble trouble_;
  unsigned requests_ = 0;
  Counters counters_;
};

/// Takes connections until it is stopped.
class PatientLink {
 public:
  explicit PatientLink(const xr::StopFlag& stop) : stop_(stop) {}
  Io receive_request() noexcept {
    std::this_thread::yield();
    return stop_.is_set() ? Io::kStopped : Io::kOk;
  }
  Io send_reply() noexcept { return Io::kOk; }
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
  spec.stream.streams = count;
  spec.phases = {0, 3600 * xr::kNsPerSec, 0, xr::kNsPerSec};
  return spec;
}

EndpointSpec acceptors(unsigned count) {
  EndpointSpec spec = receivers(count);
  spec.workload = xr::Workload::kConnect;
  return spec;
}

/// Three links, of which the middle one gets into trouble, in its loop or while it is made.
RunOutcome run_with(Trouble trouble, bool while_made) {
  const EndpointSpec spec = acceptors(3);
  xr::StopFlag stop;
  xr::RunBoard board(spec.phases);
  return xr::run_links(
      spec, xr::read_clock_pair(), stop, [&] { stop.set(); }, board, {},
      [&](auto, unsigned i, const auto& visit) {
        if (i == 1) {
          if (while_made) raise(trouble);
          ThrowingLink link(trouble);
          return visit(xr::kForConnectAcceptor, link);
        }
        PatientLink link(stop);
        visit(xr::kForConnectAcceptor, link);
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

/// Can do everything, and notes what it was asked for first.
class AnyLink {
 public:
  explicit AnyLink(std::string& first) : first_(first) {}
  Io send_request() noexcept { return note("send_request"); }
  Io receive_reply() noexcept { return note("receive_reply"); }
  Io receive_request() noexcept { return note("receive_request"); }
  Io send_reply() noexcept { return note("send_reply"); }
  Io send_some(std::uint64_t) noexcept { return note("send_some"); }
  Io receive_some() noexcept { return note("receive_some"); }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  xr::IoFailure failure() const noexcept { return {}; }

 private:
  Io note(const char* what) noexcept {
    if (first_.empty()) first_ = what;
    return Io::kStopped;
  }

  std::string& first_;
  Counters counters_;
};

template <class Ends>
RunOutcome run_any(xr::Workload workload, xr::Side side, Ends serves, std::string& first) {
  EndpointSpec spec = receivers(1);
  spec.workload = workload;
  spec.side = side;
  xr::StopFlag stop;
  xr::RunBoard board(spec.phases);
  return xr::run_links(
      spec, xr::read_clock_pair(), stop, [&] { stop.set(); }, board, {},
      [&](auto, unsigned, const auto& visit) {
        AnyLink link(first);
        visit(serves, link);
      });
}

TEST("run_links: the workload in the spec says which loop a link runs in, not what it can do") {
  const auto first_of = [](xr::Workload workload, xr::Side side) {
    std::string first;
    const auto serves = xr::kForPingPong | xr::kForStream | xr::kForConnectAcceptor;
    CHECK(run_any(workload, side, serves, first).status == RunStatus::kStopped);
    return first;
  };
  CHECK_EQ(first_of(xr::Workload::kPingPong, xr::Side::kClient), "send_request");
  CHECK_EQ(first_of(xr::Workload::kPingPong, xr::Side::kServer), "receive_request");
  CHECK_EQ(first_of(xr::Workload::kStream, xr::Side::kClient), "send_some");
  CHECK_EQ(first_of(xr::Workload::kStream, xr::Side::kServer), "receive_some");
  CHECK_EQ(first_of(xr::Workload::kConnect, xr::Side::kServer), "receive_request");
}

TEST("run_links: a link that serves another workload or end than the spec's is not run") {
  std::string first;
  const auto check = [&](const RunOutcome& outcome) {
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "INTERNAL");
    CHECK_EQ(first, "");
  };
  check(run_any(xr::Workload::kStream, xr::Side::kClient, xr::kForPingPong, first));
  check(run_any(xr::Workload::kStream, xr::Side::kClient, xr::kForStreamReceiver, first));
  check(run_any(xr::Workload::kConnect, xr::Side::kClient, xr::kForConnectAcceptor, first));
}

TEST("run_links: a loop that ends with what it should have gone on with is a fault") {
  for (const Io end : {Io::kLost, Io::kRefused, Io::kDue, Io::kNothing, Io::kFull}) {
    const EndpointSpec spec = receivers(1);
    xr::StopFlag stop;
    xr::RunBoard board(spec.phases);
    const RunOutcome outcome = xr::run_links(
        spec, xr::read_clock_pair(), stop, [&] { stop.set(); }, board, {},
        [&](auto, unsigned, const auto& visit) {
          BaffledLink link(end);
          visit(xr::kForStreamReceiver, link);
        });
    CHECK(outcome.status == RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "INTERNAL");
  }
}

}  // namespace
