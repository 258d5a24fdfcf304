#include "transport/rdma/device/why_no_device.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/first_line.h"
#include "transport/rdma/device/device.h"

namespace xr {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOp = "ibv_get_device_list";

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// "root:rdma 0660"
std::string owner_and_mode(const fs::path& node) {
  struct stat facts {};
  if (::stat(node.c_str(), &facts) != 0) return "unknown";
  const passwd* user = ::getpwuid(facts.st_uid);
  const group* owners = ::getgrgid(facts.st_gid);
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o", facts.st_mode & 07777u);
  return (user != nullptr ? user->pw_name : std::to_string(facts.st_uid)) + ":" +
         (owners != nullptr ? owners->gr_name : std::to_string(facts.st_gid)) + " " + mode.data();
}

/// Whether the node of `device`, by its name such as `uverbs0`, can be opened.
std::optional<Fault> problem_of_node(const std::string& name, const std::string& device,
                                     const fs::path& root) {
  const fs::path node = root / "dev/infiniband" / name;
  const std::string shown = "/dev/infiniband/" + name;
  if (::access(node.c_str(), F_OK) != 0) {
    return Fault{"RDMA_NODE_MISSING", kOp, ENOENT,
                 "the kernel has the RDMA device " + device + ", but " + shown +
                     " is not here, as in a container that was not given it"};
  }
  if (::access(node.c_str(), R_OK | W_OK) != 0) {
    return Fault{"RDMA_NODE_ACCESS", kOp, EACCES,
                 "no permission on " + shown + ", by which " + device +
                     " is used (owner and mode " + owner_and_mode(node) + ")"};
  }
  return std::nullopt;
}

/// What is in the way of the device behind `name`, such as `uverbs0`.
Fault why_not(const std::string& name, const fs::path& root) {
  const fs::path folder = root / "sys/class/infiniband_verbs" / name;
  const std::string device = first_line(folder / "ibdev");
  if (const auto problem = problem_of_node(name, device, root)) return *problem;
  std::error_code ignored;
  const fs::path driver = fs::read_symlink(folder / "device/driver", ignored);
  return {"RDMA_NO_PROVIDER", kOp, 0,
          "libibverbs has no provider for the RDMA device " + device +
              (driver.empty() ? "" : ", whose driver is " + driver.filename().string())};
}

}  // namespace

Fault why_no_device(int list_errno, const fs::path& root) {
  for (const std::string& name : names_in(root / "sys/class/infiniband_verbs")) {
    if (name.starts_with("uverbs")) return why_not(name, root);
  }
  const auto devices = names_in(root / "sys/class/infiniband");
  if (!devices.empty()) {
    return {"RDMA_NO_UVERBS", kOp, list_errno,
            "the kernel has the RDMA device " + devices.front() +
                ", but its module ib_uverbs is not loaded"};
  }
  if (list_errno == ENOSYS || !fs::exists(root / "sys/class/infiniband_verbs")) {
    return {"RDMA_NO_DEVICE", kOp, list_errno,
            "there is no RDMA device, and the kernel module ib_uverbs is not loaded"};
  }
  return {"RDMA_NO_DEVICE", kOp, list_errno, "there is no RDMA device here"};
}

Fault why_not_opened(const std::string& device, int open_errno, const fs::path& root) {
  const fs::path folder = root / "sys/class/infiniband_verbs";
  for (const std::string& name : names_in(folder)) {
    if (first_line(folder / name / "ibdev") != device) continue;
    if (const auto problem = problem_of_node(name, device, root)) return *problem;
  }
  Fault fault = errno_fault("RDMA_UNAVAILABLE", "ibv_open_device", open_errno);
  fault.message += " (" + device + ")";
  return fault;
}

void throw_why_no_device(int list_errno) { throw Error(why_no_device(list_errno)); }

}  // namespace xr
