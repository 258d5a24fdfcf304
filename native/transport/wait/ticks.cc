#include "transport/wait/ticks.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace xr {
namespace {

void do_nothing(int /*signal*/) {}

/// Without SA_RESTART, which would send the thread back to sleep. The handler stays: a signal that
/// is still under way would end the process.
bool take_signal() noexcept {
  struct sigaction before {};
  if (::sigaction(Ticks::signal_number(), nullptr, &before) != 0) return false;
  const bool plain = (before.sa_flags & SA_SIGINFO) == 0;
  if (plain && before.sa_handler == do_nothing) return true;
  if (!plain || before.sa_handler != SIG_DFL) return false;
  struct sigaction ours {};
  ours.sa_handler = do_nothing;
  return ::sigaction(Ticks::signal_number(), &ours, nullptr) == 0;
}

}  // namespace

bool Ticks::start() noexcept {
  if (!take_signal()) return false;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal_number();
  // The C library has had a name for this member since 2.41 only.
  event._sigev_un._tid = static_cast<int>(::syscall(SYS_gettid));
  // Older ones have timer_create(3) in a library of its own.
  if (::syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer_) != 0) return false;
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, signal_number());
  ::pthread_sigmask(SIG_UNBLOCK, &own, &mask_before_);
  const timespec tick{kTickNs / kNsPerSec, kTickNs % kNsPerSec};
  const itimerspec every{tick, tick};
  if (::syscall(SYS_timer_settime, timer_, 0, &every, nullptr) == 0) return true;
  ::syscall(SYS_timer_delete, timer_);
  return false;
}

Ticks::~Ticks() {
  if (state_ != State::kTicking) return;
  ::syscall(SYS_timer_delete, timer_);
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

}  // namespace xr
