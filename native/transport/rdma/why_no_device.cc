#include "transport/rdma/why_no_device.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "transport/rdma/device.h"

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

std::string line_of(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
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

/// What is in the way of the device behind `name`, such as `uverbs0`.
Fault why_not(const std::string& name, const fs::path& root) {
  const fs::path folder = root / "sys/class/infiniband_verbs" / name;
  const std::string device = line_of(folder / "ibdev");
  const fs::path node = root / "dev/infiniband" / name;
  const std::string shown = "/dev/infiniband/" + name;
  if (::access(node.c_str(), F_OK) != 0) {
    return {"RDMA_NODE_MISSING", kOp, ENOENT,
            "the kernel has the RDMA device " + device + ", but " + shown +
                " is not here, as in a container that was not given it"};
  }
  if (::access(node.c_str(), R_OK | W_OK) != 0) {
    return {"RDMA_NODE_ACCESS", kOp, EACCES,
            "no permission on " + shown + ", by which " + device + " is used (owner and mode " +
                owner_and_mode(node) + ")"};
  }
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

void throw_why_no_device(int list_errno) { throw Error(why_no_device(list_errno)); }

}  // namespace xr
