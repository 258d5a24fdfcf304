#include "confine/seccomp_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#ifndef F_SETSIG
#define F_SETSIG 10
#endif
#ifndef F_SETOWN_EX
#define F_SETOWN_EX 15
#endif
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

namespace xr {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

/// Refused whatever is asked of them.
constexpr std::array kRefused{
    // Other programs, and a look into other processes.
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
#endif
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    // How others run, which is what is measured.
    SYS_setpriority,
    SYS_ioprio_set,
    SYS_sched_setscheduler,
    SYS_sched_setparam,
    SYS_sched_setattr,
    // Other views of the machine.
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_fsopen
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
#endif
    // The kernel itself, its clock and its keys.
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_personality,
    SYS_vhangup,
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
    // Rights.
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capset,
};

/// As if this kernel did not have them: whoever would use them has another way then, of which more
/// can be seen here.
constexpr std::array kUnknown{
    // Of its flags nothing can be seen here; the C library goes on with clone(2).
    435L,  // clone3
    425L,  // io_uring_setup
    427L,  // io_uring_register
};
constexpr long kEnterRing = 426;  // io_uring_enter

/// The event loop of libuv from 1.48 on asks for changes of its epoll(7) through a ring, and ends
/// the process where that is refused once the ring is there. Through it no other program is
/// started, no process reached and no restriction of files or connections evaded; a socket of
/// another kind could be made.
bool has_ring() {
  std::error_code unknown;
  std::filesystem::directory_iterator open("/proc/self/fd", unknown);
  for (; !unknown && open != std::filesystem::directory_iterator(); open.increment(unknown)) {
    std::error_code gone;
    const std::string file = std::filesystem::read_symlink(*open, gone).native();
    if (file.find("[io_uring]") != std::string::npos) return true;
  }
  return static_cast<bool>(unknown);
}

/// What says to whom the kernel sends a signal when a file has something, and which: to any
/// process, as kill(2) would (fcntl(2)).
constexpr std::array<std::uint32_t, 3> kOwnersByFcntl{F_SETOWN, F_SETSIG, F_SETOWN_EX};
/// The same, and what puts characters into the input of a terminal, for whatever shell reads it
/// then (tty_ioctl(4)).
constexpr std::array<std::uint32_t, 4> kRefusedIoctls{FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX};

/// A program of the classic Berkeley packet filter over struct seccomp_data. The number of the call
/// decides before anything else is looked at: what is let through by that alone, the kernel knows
/// from then on without running it.
class Program {
 public:
  void refuse_foreign_architecture() {
    load(offsetof(seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    give(refusal(EPERM));
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    // The x32 ABI has the same architecture and numbers of its own.
    add(BPF_JMP | BPF_JGE | BPF_K, 0x4000'0000, 0, 1);
    give(refusal(ENOSYS));
#endif
  }

  void refuse(long call, int error) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
    give(refusal(error));
  }

  /// Threads, and no processes.
  void allow_threads_alone() {
    on(SYS_clone, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
      then.give(refusal(EPERM));
    });
  }

  void allow_on_itself_alone(long call) {
    on(call, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(::getpid()), 1, 0);
      then.give(refusal(EPERM));
    });
  }

  /// A thread may choose its own CPUs, which it says by 0.
  void allow_own_cpus_alone() {
    on(SYS_sched_setaffinity, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
      then.give(refusal(EPERM));
    });
  }

  /// Of itself it may be told by 0 as well.
  void allow_own_limits_alone() {
    on(SYS_prlimit64, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(::getpid()), 1, 0);
      then.give(refusal(EPERM));
    });
  }

  /// Any but these, which its second argument says.
  template <std::size_t kCount>
  void refuse_commands(long call, const std::array<std::uint32_t, kCount>& commands) {
    on(call, [&](Program& then) {
      then.load_argument(1);
      for (const std::uint32_t command : commands) {
        then.add(BPF_JMP | BPF_JEQ | BPF_K, command, 0, 1);
        then.give(refusal(EPERM));
      }
    });
  }

  /// Those of a measurement, and of the C library and of RDMA, which ask the kernel by netlink.
  void allow_few_kinds_of_sockets() {
    on(SYS_socket, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 7, 0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 6, 0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 3);
      then.load_argument(1);
      then.add(BPF_ALU | BPF_AND | BPF_K, 0xf);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, SOCK_RAW, 0, 1);
      then.give(refusal(EPERM));
    });
  }

  void refuse_local_sockets() {
    on(SYS_socket, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1);
      then.give(refusal(EPERM));
    });
  }

  /// A datagram goes wherever it is addressed to, without a connection; SOCK_RAW is the same here.
  void allow_local_sockets_with_connections_alone() {
    on(SYS_socket, [](Program& then) {
      then.load_argument(0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 5);
      then.load_argument(1);
      then.add(BPF_ALU | BPF_AND | BPF_K, 0xf);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 2, 0);
      then.add(BPF_JMP | BPF_JEQ | BPF_K, SOCK_SEQPACKET, 1, 0);
      then.give(refusal(EPERM));
    });
  }

  void allow_the_rest() { give(SECCOMP_RET_ALLOW); }

  bool apply() {
    const sock_fprog program{static_cast<unsigned short>(steps_.size()), steps_.data()};
    // Without the second flag older kernels turn speculation off, which makes everything slower.
    for (const unsigned long flags :
         {SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC}) {
      if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0) return true;
    }
    return false;
  }

 private:
  static constexpr std::uint32_t refusal(int error) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
  }

  /// What follows a call by its number, which falls through where it is let through.
  template <class Then>
  void on(long call, const Then& then) {
    Program inner;
    then(inner);
    inner.give(SECCOMP_RET_ALLOW);
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0,
        static_cast<std::uint8_t>(inner.steps_.size()));
    steps_.insert(steps_.end(), inner.steps_.begin(), inner.steps_.end());
  }

  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  /// Its lower half.
  void load_argument(std::size_t i) {
    static_assert(std::endian::native == std::endian::little);
    load(offsetof(seccomp_data, args) + i * sizeof(std::uint64_t));
  }
  void give(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
  void add(int code, std::uint32_t k, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
    steps_.push_back({static_cast<std::uint16_t>(code), if_true, if_false, k});
  }

  std::vector<sock_filter> steps_;
};

}  // namespace

bool filter_system_calls() noexcept {
  if (kArchitecture == 0) return false;
  try {
    Program program;
    program.refuse_foreign_architecture();
    for (const long call : kRefused) program.refuse(call, EPERM);
    for (const long call : kUnknown) program.refuse(call, ENOSYS);
    if (!has_ring()) program.refuse(kEnterRing, ENOSYS);
    program.allow_threads_alone();
    for (const long call : {SYS_kill, SYS_tkill, SYS_tgkill}) program.allow_on_itself_alone(call);
    program.allow_own_limits_alone();
    program.allow_own_cpus_alone();
    program.refuse_commands(SYS_fcntl, kOwnersByFcntl);
    program.refuse_commands(SYS_ioctl, kRefusedIoctls);
    program.allow_few_kinds_of_sockets();
    program.allow_the_rest();
    return program.apply();
  } catch (const std::exception&) {
    return false;
  }
}

bool filter_local_sockets(bool accepts) noexcept {
  if (kArchitecture == 0) return false;
  try {
    Program program;
    program.refuse_foreign_architecture();
    if (accepts) {
      program.allow_local_sockets_with_connections_alone();
      program.refuse(SYS_connect, EPERM);
    } else {
      program.refuse_local_sockets();
    }
    // One of a pair of datagram sockets can be connected anew.
    program.refuse(SYS_socketpair, EPERM);
    program.allow_the_rest();
    return program.apply();
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace xr
