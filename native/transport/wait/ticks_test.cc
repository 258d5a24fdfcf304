#include "transport/wait/ticks.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "base/unique_fd.h"
#include "test/test.h"

namespace {

using xr::Ticks;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    CHECK_EQ(::pipe(ends.data()), 0);
    from = xr::UniqueFd(ends[0]);
    to = xr::UniqueFd(ends[1]);
  }

  ssize_t read() const {
    char byte = 0;
    return ::read(from.get(), &byte, 1);
  }

  xr::UniqueFd from;
  xr::UniqueFd to;
};

/// Asks `ticks` to end three reads of a pipe into which nobody writes.
bool end_three_reads() {
  const Pipe pipe;
  Ticks ticks;
  if (!ticks.begin() || !ticks.begin()) return false;
  for (int i = 0; i < 3; ++i) {
    if (pipe.read() != -1 || errno != EINTR) return false;
  }
  return true;
}

TEST("ticks: a read that nothing ends is ended again and again, also where they were blocked") {
  bool ended = false;
  sigset_t after{};
  std::thread([&] {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, Ticks::signal_number());
    ::pthread_sigmask(SIG_BLOCK, &own, nullptr);
    ended = end_three_reads();
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  }).join();
  CHECK(ended);
  CHECK_EQ(sigismember(&after, Ticks::signal_number()), 1);
}

TEST("ticks: those of one thread leave another asleep") {
  const Pipe pipe;
  ssize_t got = 0;
  std::thread asleep([&] { got = pipe.read(); });
  bool ended = false;
  std::thread([&] { ended = end_three_reads(); }).join();
  [[maybe_unused]] const ssize_t written = ::write(pipe.to.get(), "x", 1);
  asleep.join();
  CHECK(ended);
  CHECK_EQ(got, 1);
}

TEST("ticks: a signal for which the process has another use stays with it") {
  struct sigaction theirs {};
  theirs.sa_handler = SIG_IGN;
  struct sigaction before {};
  CHECK_EQ(::sigaction(Ticks::signal_number(), &theirs, &before), 0);
  Ticks ticks;
  const bool began = ticks.begin();
  struct sigaction now {};
  ::sigaction(Ticks::signal_number(), &before, &now);
  CHECK(!began);
  CHECK(now.sa_handler == SIG_IGN);
}

}  // namespace
