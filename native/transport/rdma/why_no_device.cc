#include <unistd.h>

#include <filesystem>

#include "transport/rdma/device.h"

namespace xr {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const char* folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    names.push_back(entry.path().filename());
  return names;
}

[[noreturn]] void unavailable(const std::string& why) {
  throw_fault("RDMA_UNAVAILABLE", "ibv_get_device_list", why);
}

}  // namespace

void throw_why_no_device(int list_errno) {
  for (const std::string& name : names_in("/sys/class/infiniband_verbs")) {
    if (!name.starts_with("uverbs")) continue;
    const std::string node = "/dev/infiniband/" + name;
    if (::access(node.c_str(), F_OK) != 0) {
      unavailable("the kernel has an RDMA device, but " + node +
                  " is not here (in a container: --device=" + node + ")");
    }
    if (::access(node.c_str(), R_OK | W_OK) != 0) {
      unavailable("no permission on " + node +
                  " (join the group that owns it, or change its mode with a udev rule)");
    }
    unavailable(
        "the kernel has an RDMA device, but libibverbs has no provider for its driver (apt install "
        "ibverbs-providers; IBV_SHOW_WARNINGS=1 says more)");
  }
  if (!names_in("/sys/class/infiniband").empty())
    unavailable("the kernel module ib_uverbs is not loaded (modprobe ib_uverbs)");
  if (list_errno == ENOSYS || !fs::exists("/sys/class/infiniband_verbs")) {
    throw_fault("RDMA_NO_DEVICE", "ibv_get_device_list",
                "there is no RDMA device, and the kernel module ib_uverbs is not loaded");
  }
  throw_fault("RDMA_NO_DEVICE", "ibv_get_device_list", "there is no RDMA device here");
}

}  // namespace xr
