#include <linux/capability.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/unique_fd.h"
#include "measure/clock.h"
#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/connect/retry_policy.h"
#include "transport/rdma/rdma_pair.h"

// What the machine does to a run: limits that are too small, ports that go down.

namespace {

using namespace xr;
using test::code_of;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;

/// Locked memory is limited for those alone who may not go beyond (capabilities(7), CAP_IPC_LOCK).
void drop_lock_right() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rights{};
  ::syscall(SYS_capget, &header, rights.data());
  rights[0].effective &= ~(1u << CAP_IPC_LOCK);
  rights[0].permitted &= ~(1u << CAP_IPC_LOCK);
  ::syscall(SYS_capset, &header, rights.data());
}

std::string open_with_little_memory(const EndpointSpec& spec) {
  try {
    make_endpoint(spec)->open();
    return "opened";
  } catch (const Error& error) {
    return error.fault().code + ": " + error.fault().message;
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Under load an emulated far end took longer than a NIC's 67 ms, and what was sent again for that
// ended as a request that its queue pair does not allow.
TEST("rdma: a far end of software has half a second to acknowledge what a NIC does at once") {
  ChosenPort port;
  CHECK_EQ(acknowledgement_timeout(port), 14);
  port.device.software = true;
  CHECK(4.096e-6 * (1 << acknowledgement_timeout(port)) > 0.5);
}

TEST("rdma device: a limit on locked memory that is too small is told with both numbers") {
  need_rdma();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kSpin);
  spec.message_bytes = 1 << 20;
  std::array<int, 2> pipe{};
  CHECK_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{64 << 10, 64 << 10};
    drop_lock_right();
    ::setrlimit(RLIMIT_MEMLOCK, &limit);
    const std::string told = open_with_little_memory(spec);
    [[maybe_unused]] const ssize_t written = ::write(pipe[1], told.data(), told.size());
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::array<char, 1024> buffer{};
  const ssize_t got = ::read(pipe[0], buffer.data(), buffer.size());
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  const std::string told(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (!told.starts_with("RDMA_MEMLOCK: ")) throw std::runtime_error(told);
  CHECK(told.find("limit is 64 KiB") != std::string::npos);
  // Two buffers of 1 MiB and a page.
  CHECK(told.find("needs 2052 KiB") != std::string::npos);
}

/// Only in a guest of the lab is a network device ours to take down.
void need_lab() {
  std::ifstream file("/proc/cmdline");
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  if (line.find("xrbench.lab=") == std::string::npos)
    throw test::Skipped("takes a network device down, which only a guest of the lab has to spare");
}

class Netdev {
 public:
  explicit Netdev(std::string name)
      : name_(std::move(name)), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    // Without this its IPv6 addresses would be gone (ip-sysctl, keep_addr_on_down).
    std::ofstream("/proc/sys/net/ipv6/conf/" + name_ + "/keep_addr_on_down") << 1;
  }
  ~Netdev() { set_up(true); }

  void set_up(bool up) {
    ifreq request{};
    std::strncpy(request.ifr_name, name_.c_str(), IFNAMSIZ - 1);
    ::ioctl(socket_.get(), SIOCGIFFLAGS, &request);
    const int flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
    request.ifr_flags = static_cast<short>(flags);
    ::ioctl(socket_.get(), SIOCSIFFLAGS, &request);
  }

 private:
  std::string name_;
  UniqueFd socket_;
};

TEST("rdma device: a port that goes down ends the run and is refused by name until it is up") {
  need_rdma();
  need_lab();
  EndpointSpec spec = rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock);
  spec.phases = {0, 3600 * kNsPerSec, 0, kNsPerSec};
  Netdev netdev(netdev_text(choose_port(spec).gid.ndev_ifindex));
  RdmaPair pair(spec);
  pair.connect();
  // The event waits for whoever comes to hear it.
  netdev.set_up(false);
  const auto [client, server] = pair.run();
  CHECK(client.status == RunStatus::kFailed);
  CHECK_EQ(client.fault->code, "RDMA_ASYNC");
  CHECK(client.fault->message.find("the port went down") != std::string::npos);
  CHECK_EQ(code_of([&] { make_endpoint(spec)->open(); }), "RDMA_PORT_DOWN");

  netdev.set_up(true);
  const std::uint64_t began_ns = monotonic_raw_ns();
  while (code_of([&] { make_endpoint(spec)->open(); }) != "") {
    if (monotonic_raw_ns() - began_ns > 20 * kNsPerSec)
      throw std::runtime_error("the port did not come up again");
    std::this_thread::yield();
  }
}

}  // namespace
