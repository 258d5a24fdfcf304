#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace xr {

/// The NUMA node that an RDMA device hangs on, or else its network device, as sysfs says; empty
/// where neither hangs on one (devices of software, most virtual machines). `root` is for tests.
std::optional<int> numa_node_of_device(const std::string& device, const std::string& netdev,
                                       const std::filesystem::path& root = "/");

/// The node of a CPU; empty where the kernel knows no nodes.
std::optional<int> numa_node_of_cpu(int cpu, const std::filesystem::path& root = "/");

}  // namespace xr
