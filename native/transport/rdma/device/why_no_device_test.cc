#include "transport/rdma/device/why_no_device.h"

#include "test/file_root.h"
#include "test/test.h"
#include "transport/rdma/device/port_state.h"

namespace {

using namespace xr;
using test::FileRoot;
namespace fs = std::filesystem;

constexpr const char* kIbdev = "sys/class/infiniband_verbs/uverbs0/ibdev";

}  // namespace

TEST("no RDMA device: a kernel without any says so") {
  const FileRoot root;
  const Fault fault = why_no_device(ENOSYS, root.path());
  CHECK_EQ(fault.code, "RDMA_NO_DEVICE");
  CHECK(fault.message.find("ib_uverbs is not loaded") != std::string::npos);
}

TEST("no RDMA device: the module is there, a device is not") {
  FileRoot root;
  root.file("sys/class/infiniband_verbs/abi_version", "6");
  const Fault fault = why_no_device(0, root.path());
  CHECK_EQ(fault.code, "RDMA_NO_DEVICE");
  CHECK_EQ(fault.message, "there is no RDMA device here");
}

TEST("no RDMA device: a device without ib_uverbs is named") {
  FileRoot root;
  root.file("sys/class/infiniband/mlx5_0/node_guid");
  const Fault fault = why_no_device(ENOSYS, root.path());
  CHECK_EQ(fault.code, "RDMA_NO_UVERBS");
  CHECK(fault.message.find("mlx5_0") != std::string::npos);
}

TEST("no RDMA device: a container without the node is told which") {
  FileRoot root;
  root.file(kIbdev, "mlx5_0");
  const Fault fault = why_no_device(0, root.path());
  CHECK_EQ(fault.code, "RDMA_NODE_MISSING");
  CHECK(fault.message.find("mlx5_0, but /dev/infiniband/uverbs0 is not here") != std::string::npos);
}

TEST("no RDMA device: a node that may not be opened is shown with its owner and mode") {
  if (::geteuid() == 0) throw test::Skipped("root may open every node");
  FileRoot root;
  root.file(kIbdev, "mlx5_0").file("dev/infiniband/uverbs0");
  fs::permissions(root.path() / "dev/infiniband/uverbs0", fs::perms::none);
  const Fault fault = why_no_device(0, root.path());
  CHECK_EQ(fault.code, "RDMA_NODE_ACCESS");
  CHECK(fault.message.find(" 0000)") != std::string::npos);
}

TEST("no RDMA device: a usable node without a provider names the driver") {
  FileRoot root;
  root.file(kIbdev, "mlx5_0").file("dev/infiniband/uverbs0");
  fs::create_directories(root.path() / "sys/class/infiniband_verbs/uverbs0/device");
  fs::create_symlink("../../bus/pci/drivers/mlx5_core",
                     root.path() / "sys/class/infiniband_verbs/uverbs0/device/driver");
  const Fault fault = why_no_device(0, root.path());
  CHECK_EQ(fault.code, "RDMA_NO_PROVIDER");
  CHECK(fault.message.find("mlx5_0, whose driver is mlx5_core") != std::string::npos);
}

TEST("RDMA device: one that is listed and cannot be opened says what is in the way") {
  FileRoot root;
  root.file(kIbdev, "mlx5_0");
  CHECK_EQ(why_not_opened("mlx5_0", ENOENT, root.path()).code, "RDMA_NODE_MISSING");
  root.file("dev/infiniband/uverbs0");
  const Fault fault = why_not_opened("mlx5_0", EMFILE, root.path());
  CHECK_EQ(fault.code, "RDMA_UNAVAILABLE");
  CHECK_EQ(fault.errno_value, EMFILE);
  CHECK(fault.message.find("mlx5_0") != std::string::npos);
}

TEST("RDMA port: its network device says why it is down") {
  FileRoot root;
  root.file("sys/class/net/eth0/flags", "0x1002");
  root.file("sys/class/net/eth1/flags", "0x1003").file("sys/class/net/eth1/carrier", "0");
  root.file("sys/class/net/eth2/flags", "0x1003").file("sys/class/net/eth2/carrier", "1");
  CHECK_EQ(netdev_problem("eth0", root.path()), "eth0 is down");
  CHECK_EQ(netdev_problem("eth1", root.path()), "eth1 has no carrier");
  CHECK_EQ(netdev_problem("eth2", root.path()), "");
  CHECK_EQ(netdev_problem("eth3", root.path()), "");
}
