#include "confine/confine.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "confine/private_memory.h"
#include "test/test.h"

namespace {

using xr::UniqueFd;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

// Those that every kernel has and some C libraries do not name; the numbers are the same for all
// architectures.
constexpr long kClone3 = 435;
constexpr long kIoUringSetup = 425;
constexpr long kIoUringEnter = 426;
constexpr long kIoUringRegister = 427;
constexpr long kPidfdSendSignal = 424;
constexpr long kPidfdGetfd = 438;
constexpr long kProcessMadvise = 440;

/// Something that a process may try; gives the errno that it ends with, 0 = it was done.
struct Attempt {
  std::string name;
  std::function<int()> attempt;
  /// What it ends with in a process that has confined itself.
  int wanted = EPERM;
};

/// No errno.
constexpr int kNoFilter = 255;

template <class... Arguments>
std::function<int()> call(long number, Arguments... arguments) {
  return [=] { return ::syscall(number, arguments...) < 0 ? errno : 0; };
}

/// How each ends in a child of this process. One byte each comes back, so that a child that is
/// killed shows as well.
std::vector<int> in_child(const std::vector<Attempt>& attempts, bool is_confined) {
  int ends[2];
  CHECK_EQ(::pipe(ends), 0);
  UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    const bool is_ready = !is_confined || xr::confine_process({}).filters_calls;
    for (const Attempt& one : attempts) {
      const auto result = static_cast<std::uint8_t>(is_ready ? one.attempt() : kNoFilter);
      if (::write(to.get(), &result, 1) != 1) break;
    }
    ::_exit(0);
  }
  to.reset();
  std::vector<int> results;
  std::uint8_t result = 0;
  while (::read(from.get(), &result, 1) == 1) results.push_back(result);
  ::waitpid(child, nullptr, 0);
  return results;
}

/// Each attempt ends as is wanted of it; gives how many of them would have ended otherwise without
/// the confinement, on this machine and for this user.
std::size_t check_refused(const std::vector<Attempt>& attempts) {
  if (kIsSanitized) throw xr::test::Skipped("an instrumented process is not confined");
  const std::vector<int> confined = in_child(attempts, true);
  const std::vector<int> free = in_child(attempts, false);
  CHECK_EQ(confined.size(), attempts.size());
  CHECK_EQ(free.size(), attempts.size());
  if (confined.front() == kNoFilter) throw xr::test::Skipped("this kernel filters no calls");
  std::size_t differing = 0;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const std::string name = attempts[i].name + " ";
    CHECK_EQ(name + std::to_string(confined[i]), name + std::to_string(attempts[i].wanted));
    differing += confined[i] != free[i];
  }
  return differing;
}

// With what no kernel takes, so that none of it happens where it is let through.
void* const kNowhere = nullptr;

TEST("confinement: other programs and processes are out of reach") {
  const std::vector<Attempt> attempts{
      {"execve", call(SYS_execve, kNowhere, kNowhere, kNowhere)},
      {"execveat", call(SYS_execveat, -1, kNowhere, kNowhere, kNowhere, 0)},
      {"a fork", [] {
         const long child = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
         if (child == 0) ::_exit(0);
         if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
         return child < 0 ? errno : 0;
       }},
      {"clone3", call(kClone3, kNowhere, 0), ENOSYS},
      // A parent may do so with its children, and a child asks its parent to.
      {"ptrace", call(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)},
      {"process_vm_readv", call(SYS_process_vm_readv, ::getpid(), kNowhere, 0, kNowhere, 0, 0)},
      {"process_vm_writev", call(SYS_process_vm_writev, ::getpid(), kNowhere, 0, kNowhere, 0, 0)},
      {"kcmp", call(SYS_kcmp, ::getpid(), ::getpid(), 0, 0, 0)},
      {"pidfd_getfd", call(kPidfdGetfd, -1, -1, 0)},
      {"pidfd_send_signal", call(kPidfdSendSignal, -1, 0, kNowhere, 0)},
      {"process_madvise", call(kProcessMadvise, -1, kNowhere, 0, 0, 0)},
  };
  CHECK(check_refused(attempts) >= attempts.size() - 1);
}

TEST("confinement: signals, limits and turns are for itself alone") {
  const pid_t parent = ::getpid();
  const auto own = [] { return ::getpid(); };
  const std::vector<Attempt> attempts{
      {"kill", call(SYS_kill, parent, 0)},
      {"kill all", call(SYS_kill, -1, 0)},
      {"tkill", call(SYS_tkill, parent, 0)},
      {"tgkill", call(SYS_tgkill, parent, parent, 0)},
      {"rt_sigqueueinfo", call(SYS_rt_sigqueueinfo, parent, 0, kNowhere)},
      {"rt_tgsigqueueinfo", call(SYS_rt_tgsigqueueinfo, parent, parent, 0, kNowhere)},
      {"limits", call(SYS_prlimit64, parent, RLIMIT_CPU, kNowhere, kNowhere)},
      {"F_SETOWN", call(SYS_fcntl, -1, F_SETOWN, parent)},
      {"F_SETSIG", call(SYS_fcntl, -1, F_SETSIG, SIGKILL)},
      {"F_SETOWN_EX", call(SYS_fcntl, -1, F_SETOWN_EX, kNowhere)},
      {"FIOSETOWN", call(SYS_ioctl, -1, FIOSETOWN, kNowhere)},
      {"SIOCSPGRP", call(SYS_ioctl, -1, SIOCSPGRP, kNowhere)},
      {"TIOCSTI", call(SYS_ioctl, -1, TIOCSTI, kNowhere)},
      {"TIOCLINUX", call(SYS_ioctl, -1, TIOCLINUX, kNowhere)},
      {"setpriority", call(SYS_setpriority, -1, 0, 0)},
      {"ioprio_set", call(SYS_ioprio_set, -1, 0, 0)},
      {"sched_setscheduler", call(SYS_sched_setscheduler, -1, 0, kNowhere)},
      {"sched_setparam", call(SYS_sched_setparam, -1, kNowhere)},
      {"sched_setattr", call(SYS_sched_setattr, -1, kNowhere, 0)},
      {"CPUs", call(SYS_sched_setaffinity, parent, 0, kNowhere)},
  };
  CHECK(check_refused(attempts) >= attempts.size() - 1);
  const std::vector<Attempt> own_ones{
      {"own kill", [=] { return ::kill(own(), 0) == 0 ? 0 : errno; }, 0},
      {"own tgkill", [=] { return call(SYS_tgkill, own(), own(), 0)(); }, 0},
      {"own limits", call(SYS_prlimit64, 0, RLIMIT_CPU, kNowhere, kNowhere), 0},
      {"own limits by number",
       [=] { return call(SYS_prlimit64, own(), RLIMIT_CPU, kNowhere, kNowhere)(); }, 0},
      {"own CPUs",
       [] {
         cpu_set_t cpus;
         CPU_ZERO(&cpus);
         if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) return errno;
         return ::sched_setaffinity(0, sizeof cpus, &cpus) == 0 ? 0 : errno;
       },
       0},
      {"another command of a file", call(SYS_fcntl, -1, F_GETFD), EBADF},
      {"another command of a device", call(SYS_ioctl, -1, FIONREAD, kNowhere), EBADF},
      {"a thread",
       [] {
         std::thread([] {}).join();
         return 0;
       },
       0},
  };
  check_refused(own_ones);
}

TEST("confinement: there is no other view of the machine") {
  const std::vector<Attempt> attempts{
      {"unshare", call(SYS_unshare, CLONE_FILES)},
      {"a user namespace", call(SYS_unshare, CLONE_NEWUSER)},
      {"setns", call(SYS_setns, -1, 0)},
      {"mount", call(SYS_mount, kNowhere, kNowhere, kNowhere, 0, kNowhere)},
      {"umount", call(SYS_umount2, kNowhere, 0)},
      {"pivot_root", call(SYS_pivot_root, kNowhere, kNowhere)},
      {"chroot", call(SYS_chroot, kNowhere)},
      {"name_to_handle_at", call(SYS_name_to_handle_at, -1, kNowhere, kNowhere, kNowhere, 0)},
      {"open_by_handle_at", call(SYS_open_by_handle_at, -1, kNowhere, 0)},
#ifdef SYS_fsopen
      {"open_tree", call(SYS_open_tree, -1, kNowhere, 0)},
      {"move_mount", call(SYS_move_mount, -1, kNowhere, -1, kNowhere, 0)},
      {"fsopen", call(SYS_fsopen, kNowhere, 0)},
      {"fsconfig", call(SYS_fsconfig, -1, 0, kNowhere, kNowhere, 0)},
      {"fsmount", call(SYS_fsmount, -1, 0, 0)},
      {"fspick", call(SYS_fspick, -1, kNowhere, 0)},
#endif
  };
  // Of the others most are root's.
  CHECK(check_refused(attempts) >= 3);
}

TEST("confinement: the kernel and its keys are left alone") {
  const std::vector<Attempt> attempts{
      {"keyctl", call(SYS_keyctl, 0, -3, 0, 0, 0)},
      {"add_key", call(SYS_add_key, kNowhere, kNowhere, kNowhere, 0, 0)},
      {"request_key", call(SYS_request_key, kNowhere, kNowhere, kNowhere, 0)},
      {"bpf", call(SYS_bpf, -1, kNowhere, 0)},
      {"perf_event_open", call(SYS_perf_event_open, kNowhere, 0, -1, -1, 0)},
      {"userfaultfd", call(SYS_userfaultfd, -1)},
      {"io_uring_setup", call(kIoUringSetup, 0, kNowhere), ENOSYS},
      {"io_uring_enter", call(kIoUringEnter, -1, 0, 0, 0, kNowhere, 0), ENOSYS},
      {"io_uring_register", call(kIoUringRegister, -1, 0, kNowhere, 0), ENOSYS},
      {"init_module", call(SYS_init_module, kNowhere, 0, kNowhere)},
      {"finit_module", call(SYS_finit_module, -1, kNowhere, 0)},
      {"delete_module", call(SYS_delete_module, kNowhere, 0)},
      {"kexec_load", call(SYS_kexec_load, 0, 17, kNowhere, -1)},
      {"reboot", call(SYS_reboot, 0, 0, 0, kNowhere)},
      {"swapon", call(SYS_swapon, kNowhere, 0)},
      {"swapoff", call(SYS_swapoff, kNowhere)},
      {"quotactl", call(SYS_quotactl, -1, kNowhere, 0, kNowhere)},
      {"syslog", call(SYS_syslog, -1, kNowhere, 0)},
      {"sethostname", call(SYS_sethostname, kNowhere, -1)},
      {"setdomainname", call(SYS_setdomainname, kNowhere, -1)},
      {"clock_settime", call(SYS_clock_settime, -1, kNowhere)},
      {"adjtimex", call(SYS_adjtimex, kNowhere)},
      {"clock_adjtime", call(SYS_clock_adjtime, -1, kNowhere)},
      {"personality", call(SYS_personality, 0xffff'ffff)},
  };
  CHECK(check_refused(attempts) >= 5);
}

TEST("confinement: rights stay as they are") {
  const std::vector<Attempt> attempts{
      {"setuid", call(SYS_setuid, ::getuid())},
      {"setgid", call(SYS_setgid, ::getgid())},
      {"setreuid", call(SYS_setreuid, -1, -1)},
      {"setregid", call(SYS_setregid, -1, -1)},
      {"setresuid", call(SYS_setresuid, -1, -1, -1)},
      {"setresgid", call(SYS_setresgid, -1, -1, -1)},
      {"setgroups", call(SYS_setgroups, -1, kNowhere)},
      {"setfsuid", call(SYS_setfsuid, -1)},
      {"setfsgid", call(SYS_setfsgid, -1)},
      {"capset", call(SYS_capset, kNowhere, kNowhere)},
  };
  CHECK(check_refused(attempts) >= 8);
}

std::function<int()> socket_of(int family, int type) {
  return [=] { return UniqueFd(::socket(family, type | SOCK_CLOEXEC, 0)) ? 0 : errno; };
}

TEST("confinement: of sockets there are those of a measurement") {
  constexpr int kVsock = 40;
  const std::vector<Attempt> attempts{
      {"AF_VSOCK", socket_of(kVsock, SOCK_STREAM)},
      {"AF_PACKET", socket_of(AF_PACKET, SOCK_RAW)},
      {"AF_ALG", socket_of(AF_ALG, SOCK_SEQPACKET)},
      {"AF_KEY", socket_of(AF_KEY, SOCK_RAW)},
      {"AF_TIPC", socket_of(AF_TIPC, SOCK_DGRAM)},
      {"AF_BLUETOOTH", socket_of(AF_BLUETOOTH, SOCK_STREAM)},
      {"a family that is none", socket_of(9999, SOCK_STREAM)},
      {"raw packets", socket_of(AF_INET, SOCK_RAW)},
      {"raw packets of IPv6", socket_of(AF_INET6, SOCK_RAW)},
  };
  // What no kernel of this machine has is refused with another number.
  CHECK(check_refused(attempts) >= 1);
  check_refused({
      {"TCP", socket_of(AF_INET, SOCK_STREAM), 0},
      {"UDP", socket_of(AF_INET, SOCK_DGRAM), 0},
      {"AF_UNIX", socket_of(AF_UNIX, SOCK_SEQPACKET), 0},
      {"AF_NETLINK", socket_of(AF_NETLINK, SOCK_RAW), 0},
  });
}

/// As above, once it is known what is measured; `accepts` as `confine_local_sockets`.
void check_local(bool accepts, const std::vector<Attempt>& attempts) {
  if (kIsSanitized) throw xr::test::Skipped("an instrumented process is not confined");
  std::vector<Attempt> all{{"filter",
                            [=] {
                              // Twice: what is measured does not open what was closed before.
                              return xr::confine_local_sockets(accepts) &&
                                             xr::confine_local_sockets(true)
                                         ? 0
                                         : 1;
                            },
                            0}};
  all.insert(all.end(), attempts.begin(), attempts.end());
  const std::vector<int> ends = in_child(all, true);
  CHECK_EQ(ends.size(), all.size());
  if (ends.front() == kNoFilter) throw xr::test::Skipped("this kernel filters no calls");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = all[i].name + " ";
    CHECK_EQ(name + std::to_string(ends[i]), name + std::to_string(all[i].wanted));
  }
}

std::function<int()> pair_of(int type) {
  return [=] {
    int ends[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    UniqueFd first(ends[0]);
    UniqueFd second(ends[1]);
    return 0;
  };
}

/// With a name in the abstract namespace that is nobody's.
int name_one(int (*act)(int, const sockaddr*, socklen_t)) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, "xrbench nobody", 14);
  const int result = act(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return result == 0 ? 0 : errno;
}

TEST("confinement: services of this machine are out of reach, whatever is measured") {
  check_local(false, {
                         {"AF_UNIX stream", socket_of(AF_UNIX, SOCK_STREAM)},
                         {"AF_UNIX packets", socket_of(AF_UNIX, SOCK_SEQPACKET)},
                         {"AF_UNIX datagrams", socket_of(AF_UNIX, SOCK_DGRAM)},
                         {"a pair", pair_of(SOCK_STREAM)},
                         {"TCP", socket_of(AF_INET, SOCK_STREAM), 0},
                         {"UDP", socket_of(AF_INET6, SOCK_DGRAM), 0},
                         {"AF_NETLINK", socket_of(AF_NETLINK, SOCK_RAW), 0},
                     });
  check_local(true, {
                        {"AF_UNIX stream", socket_of(AF_UNIX, SOCK_STREAM), 0},
                        {"AF_UNIX packets", socket_of(AF_UNIX, SOCK_SEQPACKET), 0},
                        {"AF_UNIX datagrams", socket_of(AF_UNIX, SOCK_DGRAM)},
                        {"AF_UNIX raw", socket_of(AF_UNIX, SOCK_RAW)},
                        {"a pair", pair_of(SOCK_DGRAM)},
                        {"a connection", [] { return name_one(::connect); }},
                        {"a name", [] { return name_one(::bind); }, 0},
                    });
}

TEST("confinement: no core is written of what is private, and no debugger sees it") {
  if (kIsSanitized) throw xr::test::Skipped("an instrumented process looks into itself");
  const auto is_private = [] {
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
  };
  const auto told = in_child({{"before", [=] { return is_private() ? 1 : 0; }},
                              {"made", [] { return xr::make_memory_private() ? 1 : 0; }},
                              {"after", [=] { return is_private() ? 1 : 0; }}},
                             false);
  CHECK(told == (std::vector<int>{0, 1, 1}));
  CHECK(in_child({{"confined", [=] { return is_private() ? 1 : 0; }}}, true) ==
        std::vector<int>{1});
}

}  // namespace
