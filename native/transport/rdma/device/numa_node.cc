#include "transport/rdma/device/numa_node.h"

#include <charconv>

#include "base/first_line.h"

namespace xr {
namespace {

namespace fs = std::filesystem;

std::optional<int> node_number(std::string_view text) {
  int node = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), node);
  // The kernel says -1 for none.
  if (error != std::errc{} || end != text.data() + text.size() || node < 0) return std::nullopt;
  return node;
}

std::optional<int> node_in(const fs::path& file) {
  return node_number(first_line(file));
}

}  // namespace

std::optional<int> numa_node_of_device(const std::string& device, const std::string& netdev,
                                       const fs::path& root) {
  if (auto node = node_in(root / "sys/class/infiniband" / device / "device/numa_node")) return node;
  if (netdev.empty()) return std::nullopt;
  return node_in(root / "sys/class/net" / netdev / "device/numa_node");
}

std::optional<int> numa_node_of_cpu(int cpu, const fs::path& root) {
  constexpr std::string_view kPrefix = "node";
  std::error_code ignored;
  const fs::path folder = root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu));
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    if (auto node = node_number(std::string_view(name).substr(kPrefix.size()))) return node;
  }
  return std::nullopt;
}

}  // namespace xr
