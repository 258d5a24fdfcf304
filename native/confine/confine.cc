#include "confine/confine.h"

#include <sys/prctl.h>

#include "confine/landlock.h"
#include "confine/private_memory.h"
#include "confine/seccomp_filter.h"

namespace xr {

Confinement confine_process(const std::vector<std::string>& readable) noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static_cast<void>(readable);
  return {};
#else
  Confinement applied;
  // The keys of a session are not for whoever has taken over another one.
  make_memory_private();
  applied.no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (!applied.no_new_privileges) return applied;
  // The filter comes last, for it does not let go of what the other needs.
  applied.landlock = restrict_files(readable);
  applied.filters_calls = filter_system_calls();
  return applied;
#endif
}

bool confine_local_sockets(bool accepts) noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static_cast<void>(accepts);
  return false;
#else
  return filter_local_sockets(accepts);
#endif
}

}  // namespace xr
