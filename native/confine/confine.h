#pragma once

#include <string>
#include <vector>

namespace xr {

/// What holds a process back, as far as its kernel has it.
struct Confinement {
  /// PR_SET_NO_NEW_PRIVS (prctl(2)).
  bool no_new_privileges = false;
  /// A filter of system calls, on all threads (seccomp_filter.h).
  bool filters_calls = false;
  /// Version of the kernel's Landlock interface that was used, on the calling thread and those that
  /// it and they start from now on; 0: this kernel has none.
  int landlock = 0;
};

/// Confines this process for good: no further programs or processes, no privileges, no debugging of
/// others, no kernel modules, mounts or raw packets; with Landlock, nothing is written but RDMA
/// devices, nothing read but the system's libraries, /proc, /sys and `readable`, and no TCP
/// connection made. What this kernel lacks is left out. Does nothing in a build with a sanitizer,
/// which has to do some of these.
Confinement confine_process(const std::vector<std::string>& readable) noexcept;

/// Takes AF_UNIX away from a process that is confined and knows what it measures; with `accepts` it
/// may go on to be connected to. False where that cannot be.
bool confine_local_sockets(bool accepts) noexcept;

}  // namespace xr
