#pragma once

namespace xr {

/// Keeps what is in the memory of this process, as keys, from other programs of its user: no core
/// is written, and the kernel gives its memory to no debugger and to nobody who reads /proc, but to
/// root (PR_SET_DUMPABLE, prctl(2)). Until it executes another program. Does nothing in a build
/// with a sanitizer, which looks into its own process like a debugger. False where nothing was
/// done.
bool make_memory_private() noexcept;

}  // namespace xr
