#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace xr {

/// Why libibverbs shows no device, from what the kernel and /dev show (sysfs, device nodes):
/// libibverbs itself leaves out in silence what it cannot open. RDMA_NODE_MISSING,
/// RDMA_NODE_ACCESS, RDMA_NO_PROVIDER, RDMA_NO_UVERBS or RDMA_NO_DEVICE. Another root in tests.
Fault why_no_device(int list_errno, const std::filesystem::path& root = "/");

/// Why a device that libibverbs lists cannot be opened: it passes on what the last of several tries
/// said, which is not what is in the way. RDMA_NODE_MISSING, RDMA_NODE_ACCESS, or RDMA_UNAVAILABLE
/// with `open_errno`.
Fault why_not_opened(const std::string& device, int open_errno,
                     const std::filesystem::path& root = "/");

}  // namespace xr
