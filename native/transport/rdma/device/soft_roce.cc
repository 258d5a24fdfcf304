#include "transport/rdma/device/soft_roce.h"

#include <fcntl.h>
#include <poll.h>
#include <rdma/rdma_netlink.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "transport/rdma/device/rdma_netlink.h"

namespace xr {
namespace {

constexpr auto kRequest = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK);

constexpr std::uint16_t nldev(int command) {
  return static_cast<std::uint16_t>(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command));
}

void close_range_of(unsigned first, unsigned last) noexcept {
  if (first > last || ::syscall(SYS_close_range, first, last, 0u) == 0) return;
  // A kernel before 5.9.
  for (unsigned fd = first; fd <= std::min(last, 65'535u); ++fd) ::close(static_cast<int>(fd));
}

/// Whoever waits for the end of this process sees it by its descriptors: a copy keeps none of them.
void keep_only(int one, int other) noexcept {
  const auto low = static_cast<unsigned>(std::min(one, other));
  const auto high = static_cast<unsigned>(std::max(one, other));
  if (low > 0) close_range_of(0, low - 1);
  close_range_of(low + 1, high - 1);
  close_range_of(high + 1, ~0u);
}

/// The errno that `child` writes when it is through; nothing when `limit_ms` have passed.
std::optional<int> answer_within(int pipe_end, int limit_ms) {
  pollfd waited{pipe_end, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waited, 1, limit_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return std::nullopt;
  int error = 0;
  return ::read(pipe_end, &error, sizeof error) == sizeof error ? error : ECHILD;
}

}  // namespace

void add_soft_roce(const std::string& name, const std::string& netdev) {
  NetlinkRequest request(nldev(RDMA_NLDEV_CMD_NEWLINK), kRequest);
  if (!request.add(RDMA_NLDEV_ATTR_DEV_NAME, name) ||
      !request.add(RDMA_NLDEV_ATTR_LINK_TYPE, "rxe") ||
      !request.add(RDMA_NLDEV_ATTR_NDEV_NAME, netdev))
    throw_errno("RDMA_LINK", "newlink", ENAMETOOLONG);
  const RdmaNetlink netlink;
  if (const int error = netlink.ask(request); error != 0)
    throw_errno("RDMA_LINK", "newlink", error);
}

LinkRemoval remove_soft_roce(const std::string& name, int limit_ms) {
  const RdmaNetlink netlink;
  const auto index = netlink.index_of(name);
  if (!index) return LinkRemoval::kAbsent;
  NetlinkRequest request(nldev(RDMA_NLDEV_CMD_DELLINK), kRequest);
  request.add(RDMA_NLDEV_ATTR_DEV_INDEX, *index);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("RDMA_LINK", "pipe2");
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw_errno("RDMA_LINK", "fork");
  if (child == 0) {
    ::setsid();
    keep_only(netlink.fd(), writing.get());
    const int error = netlink.ask(request);
    [[maybe_unused]] const ssize_t told = ::write(writing.get(), &error, sizeof error);
    ::_exit(0);
  }
  writing.reset();
  const auto error = answer_within(reading.get(), limit_ms);
  if (!error) return LinkRemoval::kBusy;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  if (*error == ENODEV || *error == ENOENT) return LinkRemoval::kAbsent;
  if (*error != 0) throw_errno("RDMA_LINK", "dellink", *error);
  return LinkRemoval::kRemoved;
}

int rdma_netlink_errno() {
  try {
    const RdmaNetlink netlink;
    return 0;
  } catch (const Error& error) {
    return error.fault().errno_value;
  }
}

}  // namespace xr
