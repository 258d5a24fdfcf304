#include "measure/thread_setup.h"

#include <pthread.h>
#include <sched.h>

namespace xr {

int set_up_thread(const char* name, int cpu) noexcept {
  pthread_setname_np(pthread_self(), name);
  if (cpu < 0) return 0;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<unsigned>(cpu), &cpus);
  return pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
}

}  // namespace xr
