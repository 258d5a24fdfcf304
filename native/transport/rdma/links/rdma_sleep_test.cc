#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "base/unique_fd.h"
#include "transport/rdma/rdma_pair.h"
#include "transport/wait/ticks.h"

// How a thread sleeps until something completes.

namespace {

using namespace xr;
using test::need_rdma;
using test::rdma_spec;
using test::RdmaPair;

/// From now on ppoll(2) fails in this process. False where the kernel has no such filters.
bool forbid_ppoll() {
  std::array<sock_filter, 4> rules{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ppoll, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{rules.size(), rules.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Of a ping-pong in which both ends sleep, in a process of its own, made ready by `prepare`.
template <class Prepare>
std::string ping_pong_in_child(const Prepare& prepare) {
  std::array<int, 2> ends{};
  CHECK_EQ(::pipe(ends.data()), 0);
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    std::string told = "not prepared";
    try {
      RdmaPair pair(rdma_spec(QueuePairType::kRc, RdmaOperation::kSend, WaitPolicy::kBlock));
      pair.connect();
      if (prepare()) {
        const auto [client, server] = pair.run();
        const auto& fault = client.fault ? client.fault : server.fault;
        told = fault ? fault->message
                     : std::to_string(client.links.at(0).marks.back().counters.messages);
      }
    } catch (const std::exception& error) {
      told = error.what();
    }
    [[maybe_unused]] const ssize_t written = ::write(to.get(), told.data(), told.size());
    ::_exit(0);
  }
  to.reset();
  std::array<char, 512> buffer{};
  const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
  ::waitpid(child, nullptr, 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

TEST("rdma device: to sleep for a completion is one system call, the read of its event") {
  need_rdma();
  CHECK_EQ(ping_pong_in_child(forbid_ppoll), "300");
}

TEST("rdma device: without ticks a sleep is a ppoll, and the read after it") {
  need_rdma();
  const auto take_signal = [] {
    struct sigaction theirs {};
    theirs.sa_handler = SIG_IGN;
    return ::sigaction(Ticks::signal_number(), &theirs, nullptr) == 0;
  };
  CHECK_EQ(ping_pong_in_child(take_signal), "300");
  const std::string refused = ping_pong_in_child([&] { return take_signal() && forbid_ppoll(); });
  CHECK(refused.find("ppoll") != std::string::npos);
}

}  // namespace
