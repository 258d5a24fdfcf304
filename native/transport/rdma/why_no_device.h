#pragma once

#include <filesystem>

#include "base/error.h"

namespace xr {

/// Why libibverbs shows no device, from what the kernel and /dev show (sysfs, device nodes):
/// libibverbs itself leaves out in silence what it cannot open. RDMA_NODE_MISSING,
/// RDMA_NODE_ACCESS, RDMA_NO_PROVIDER, RDMA_NO_UVERBS or RDMA_NO_DEVICE. Another root in tests.
Fault why_no_device(int list_errno, const std::filesystem::path& root = "/");

}  // namespace xr
