#pragma once

namespace xr {

/// Names the calling thread (at most 15 characters, pthread_setname_np(3)) and pins it to `cpu`; -1
/// leaves it where it is. Returns 0, or the errno of the refusal.
int set_up_thread(const char* name, int cpu) noexcept;

}  // namespace xr
