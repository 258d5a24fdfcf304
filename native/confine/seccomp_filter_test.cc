#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"
#include "confine/seccomp_filter.h"
#include "test/test.h"

namespace {

constexpr long kSetUpRing = 425;
constexpr long kEnterRing = 426;

int make_ring() {
  // struct io_uring_params, all of it 0.
  std::array<unsigned char, 120> parameters{};
  return static_cast<int>(::syscall(kSetUpRing, 4, parameters.data()));
}

/// What `then` gives in a process of its own that is filtered, with a ring or without.
template <class Then>
int filtered(bool with_ring, const Then& then) {
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int ring = with_ring ? make_ring() : -1;
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::_exit(xr::filter_system_calls() ? then(ring) : 255);
  }
  int status = 0;
  CHECK_EQ(::waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST("seccomp: a ring that is there goes on, and no other is made") {
  const xr::UniqueFd ring(make_ring());
  if (!ring) throw xr::test::Skipped("this kernel gives no io_uring");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  throw xr::test::Skipped("a sanitizer needs what is refused");
#endif
  const auto enters = [](int fd) {
    return ::syscall(kEnterRing, fd, 0, 0, 0, nullptr, 0) == 0 ? 0 : errno;
  };
  CHECK_EQ(filtered(true, enters), 0);
  CHECK_EQ(filtered(true, [](int) { return make_ring() < 0 ? errno : 0; }), ENOSYS);
}

TEST("seccomp: without a ring there is none for good") {
  const auto enters = [](int) {
    return ::syscall(kEnterRing, 0, 0, 0, 0, nullptr, 0) < 0 ? errno : 0;
  };
  CHECK_EQ(filtered(false, enters), ENOSYS);
}

}  // namespace
