#pragma once

namespace xr {

/// Has the kernel refuse, on all threads of this process and for good, the system calls that
/// nothing of a measurement needs and that a program which was taken over could harm others with.
/// Needs PR_SET_NO_NEW_PRIVS. A list of what is refused, and not of what is allowed, for what
/// Node.js and the C library call differs from version to version. False where the kernel has no
/// such filters.
bool filter_system_calls() noexcept;

/// A second filter, for when it is known what is measured: sockets of AF_UNIX, by whose paths
/// services are reached that start programs for their user, are not to be had at all, or, with
/// `accepts`, only to be listened at. Those that are there stay.
bool filter_local_sockets(bool accepts) noexcept;

}  // namespace xr
