#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/rdma/links/one_sided_link.h"

// What needs no device: how a thread waits for what a device would tell it.

namespace {

using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;

TEST("rdma sleep: something to read, a time that came and a stop are told apart") {
  xr::Waker waker;
  std::array<int, 2> ends{};
  CHECK_EQ(::pipe(ends.data()), 0);
  const xr::UniqueFd from(ends[0]);
  const xr::UniqueFd to(ends[1]);
  CHECK(xr::sleep_on(from.get(), waker.event_fd(), kNsPerMs) == Io::kDue);
  CHECK_EQ(::write(to.get(), "x", 1), 1);
  CHECK(xr::sleep_on(from.get(), waker.event_fd(), kNsPerSec) == Io::kOk);
  waker.stop();
  CHECK(xr::sleep_on(from.get(), waker.event_fd(), kNsPerSec) == Io::kStopped);
}

TEST("rdma one-sided: the end that is worked on looks at the clock until it is stopped") {
  xr::Waker waker;
  xr::OneSidedTargetLink link(waker);
  CHECK(link.receive_request() == Io::kDue);
  // For a stream it is as if something had gone.
  CHECK(link.send_some(1) == Io::kOk);
  waker.stop();
  CHECK(link.receive_request() == Io::kStopped);
  CHECK(link.send_some(1) == Io::kStopped);
}

TEST("rdma one-sided: a signal is no message") {
  struct sigaction quiet {};
  quiet.sa_handler = [](int) {};
  struct sigaction before {};
  CHECK_EQ(::sigaction(SIGUSR1, &quiet, &before), 0);
  const xr::Waker waker;
  xr::OneSidedTargetLink link(waker);
  std::atomic<int> asked{0};
  std::atomic<int> due{0};
  std::thread waiting([&] {
    while (asked < 20) {
      due += link.receive_request() == Io::kDue;
      ++asked;
    }
  });
  while (asked < 20) {
    ::pthread_kill(waiting.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  waiting.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK_EQ(due, 20);
}

}  // namespace
