#include "measure/thread_setup.h"

#include <pthread.h>
#include <sched.h>

#include <cerrno>

namespace xr {

int set_up_thread(const char* name, int cpu) noexcept {
  pthread_setname_np(pthread_self(), name);
  if (cpu < 0) return 0;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<unsigned>(cpu), &cpus);
  // Of itself: a confined process may move no other thread.
  return ::sched_setaffinity(0, sizeof cpus, &cpus) == 0 ? 0 : errno;
}

}  // namespace xr
