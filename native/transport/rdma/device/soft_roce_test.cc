#include "transport/rdma/device/soft_roce.h"

#include <fcntl.h>
#include <rdma/rdma_netlink.h>

#include <filesystem>

#include "base/error.h"
#include "base/unique_fd.h"
#include "test/test.h"
#include "transport/rdma/device/netlink_request.h"

namespace {

using namespace xr;
namespace fs = std::filesystem;

constexpr const char* kName = "xrb_test";

int errno_of(const auto& body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK_EQ(error.fault().code, "RDMA_LINK");
    return error.fault().errno_value;
  }
  return 0;
}

/// A network device that has a SoftRoCE device; empty where there is none.
std::string taken_netdev() {
  std::error_code ignored;
  for (const auto& device : fs::directory_iterator("/sys/class/infiniband", ignored)) {
    UniqueFd parent(::open((device.path() / "parent").c_str(), O_RDONLY | O_CLOEXEC));
    char text[32]{};
    const ssize_t bytes = parent ? ::read(parent.get(), text, sizeof text - 1) : 0;
    if (bytes > 1) return {text, static_cast<std::size_t>(bytes - 1)};
  }
  return "";
}

void need_rdma() {
  if (rdma_netlink_errno() != 0) throw test::Skipped("this kernel has no RDMA");
}

}  // namespace

TEST("netlink: a request has its length, its alignment and closed strings") {
  NetlinkRequest request(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_NEWLINK), NLM_F_REQUEST);
  CHECK(request.add(RDMA_NLDEV_ATTR_LINK_TYPE, "rxe"));
  CHECK(request.add(RDMA_NLDEV_ATTR_DEV_INDEX, 7u));
  const auto bytes = request.bytes();
  CHECK_EQ(bytes.size(), 16u + 8u + 8u);
  const auto* header = reinterpret_cast<const nlmsghdr*>(bytes.data());
  CHECK_EQ(header->nlmsg_len, bytes.size());
  CHECK_EQ(header->nlmsg_type, (5 << 10) + 3);
  CHECK(std::memcmp(bytes.data() + 20, "rxe", 4) == 0);
}

TEST("netlink: what does not fit is refused") {
  NetlinkRequest request(0, 0);
  CHECK(!request.add(RDMA_NLDEV_ATTR_DEV_NAME, std::string(300, 'x')));
  CHECK_EQ(request.bytes().size(), 16u);
}

TEST("SoftRoCE: a kernel without RDMA says so") {
  const int error = rdma_netlink_errno();
  if (error == 0) throw test::Skipped("this kernel has RDMA");
  CHECK_EQ(error, EPROTONOSUPPORT);
  CHECK_EQ(errno_of([] { add_soft_roce(kName, "lo"); }), EPROTONOSUPPORT);
  CHECK_EQ(errno_of([] { remove_soft_roce(kName, 100); }), EPROTONOSUPPORT);
}

TEST("SoftRoCE: a network device that is not there is ENODEV") {
  need_rdma();
  CHECK_EQ(errno_of([] { add_soft_roce(kName, "no-such-dev"); }), ENODEV);
}

TEST("SoftRoCE: a second device on one network device is EEXIST") {
  need_rdma();
  const std::string netdev = taken_netdev();
  if (netdev.empty()) throw test::Skipped("no network device here has a SoftRoCE device");
  CHECK_EQ(errno_of([&] { add_soft_roce(kName, netdev); }), EEXIST);
}

TEST("SoftRoCE: removing what is not there is no error") {
  need_rdma();
  CHECK(remove_soft_roce(kName, 1000) == LinkRemoval::kAbsent);
}
