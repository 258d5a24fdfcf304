#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "base/error.h"
#include "test/file_root.h"
#include "test/test.h"
#include "transport/rdma/device/numa_node.h"
#include "transport/rdma/device/pinnable_pages.h"

namespace {

using namespace xr;
using test::FileRoot;

constexpr std::size_t kBytes = 64 << 10;

struct Policy {
  int mode = -1;
  std::array<unsigned long, 16> nodes{};
};

/// Of the memory at `address`. Skips where the kernel has no NUMA, or a sandbox hides it.
Policy policy_at(void* address) {
  Policy policy;
  if (::syscall(SYS_get_mempolicy, &policy.mode, policy.nodes.data(), 1024, address,
                MPOL_F_ADDR) != 0)
    throw test::Skipped("get_mempolicy: " + errno_text(errno));
  return policy;
}

TEST("rdma memory: pages are of the node that was asked for, whoever touches them first") {
  const PinnablePages pages(kBytes, 0);
  const Policy policy = policy_at(pages.data());
  CHECK_EQ(policy.mode, MPOL_PREFERRED);
  CHECK_EQ(policy.nodes[0], 1ul);
  CHECK_EQ(pages.numa_node().value_or(-1), 0);
}

TEST("rdma memory: without a node, and with one that is not there, pages are the kernel's choice") {
  for (const std::optional<int> node : {std::optional<int>{}, {-1}, {1023}, {5000}}) {
    const PinnablePages pages(kBytes, node);
    CHECK_EQ(pages.data()[kBytes - 1], 0);
    CHECK_EQ(policy_at(pages.data()).mode, MPOL_DEFAULT);
  }
}

TEST("rdma memory: a page that is not there has no node") {
  CHECK(!PinnablePages().numa_node());
}

TEST("rdma memory: the node is the device's, or else its network device's") {
  FileRoot root;
  CHECK(!numa_node_of_device("rxe0", "eth0", root.path()));
  root.file("sys/class/net/eth0/device/numa_node", "1");
  CHECK_EQ(numa_node_of_device("rxe0", "eth0", root.path()).value_or(-1), 1);
  CHECK(!numa_node_of_device("rxe0", "", root.path()));
  root.file("sys/class/infiniband/rxe0/device/numa_node", "-1");
  CHECK_EQ(numa_node_of_device("rxe0", "eth0", root.path()).value_or(-1), 1);
  root.file("sys/class/infiniband/mlx5_0/device/numa_node", "3");
  CHECK_EQ(numa_node_of_device("mlx5_0", "eth0", root.path()).value_or(-1), 3);
  root.file("sys/class/net/eth1/device/numa_node", "x");
  CHECK(!numa_node_of_device("rxe0", "eth1", root.path()));
}

TEST("rdma memory: the node of a CPU is the one it is linked to") {
  FileRoot root;
  root.file("sys/devices/system/cpu/cpu7/node2/cpulist", "7");
  root.file("sys/devices/system/cpu/cpu8/cache/id", "0");
  CHECK_EQ(numa_node_of_cpu(7, root.path()).value_or(-1), 2);
  CHECK(!numa_node_of_cpu(8, root.path()));
  CHECK(!numa_node_of_cpu(9, root.path()));
}

}  // namespace
