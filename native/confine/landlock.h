#pragma once

#include <string>
#include <vector>

namespace xr {

/// Restricts the calling thread, and what it starts from now on, by Landlock (landlock(7)): see
/// confine_process. Gives the version of the interface, 0 where nothing was done.
int restrict_files(const std::vector<std::string>& readable) noexcept;

}  // namespace xr
