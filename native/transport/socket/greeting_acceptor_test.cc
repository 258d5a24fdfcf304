#include "transport/socket/greeting_acceptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "test/test.h"
#include "transport/socket/address.h"
#include "transport/wait/waker.h"

namespace {

using xr::GreetingAcceptor;
using xr::UniqueFd;

constexpr xr::Token kToken{1, 2, 3};

/// Leaves the process no descriptor for as long as it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    CHECK_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    // Above all that are open; what poll(2) is given may not be more than this either.
    const UniqueFd next(::fcntl(0, F_DUPFD_CLOEXEC, 0));
    rlimit low = before_;
    low.rlim_cur = static_cast<rlim_t>(next.get()) + 64;
    CHECK_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    for (UniqueFd one; (one = UniqueFd(::fcntl(0, F_DUPFD_CLOEXEC, 0)));)
      taken_.push_back(std::move(one));
    CHECK_EQ(errno, EMFILE);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<UniqueFd> taken_;
};

struct Port {
  Port() : listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const xr::SocketAddress any = xr::parse_address("127.0.0.1", 0);
    CHECK_EQ(::bind(listener.get(), any.get(), any.length), 0);
    CHECK_EQ(::listen(listener.get(), 64), 0);
    address = xr::local_address_of(listener.get());
  }

  UniqueFd connection() const {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_EQ(::connect(fd.get(), address.get(), address.length), 0);
    return fd;
  }

  UniqueFd listener;
  xr::SocketAddress address;
};

bool is_connected(const UniqueFd& fd) {
  char byte = 0;
  return ::recv(fd.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

xr::Fault fault_of_next(GreetingAcceptor& acceptor, std::uint64_t limit_ns) {
  const xr::Waker waker;
  try {
    acceptor.next(xr::Deadline(limit_ns, waker));
  } catch (const xr::Error& error) {
    return error.fault();
  }
  return {};
}

TEST("greeting acceptor: without descriptors it says so, and lets nobody go who came just now") {
  Port port;
  GreetingAcceptor acceptor(std::move(port.listener), kToken, 4, 3600 * xr::kNsPerSec);
  const UniqueFd first = port.connection();
  const UniqueFd second = port.connection();
  CHECK_EQ(fault_of_next(acceptor, 20 * xr::kNsPerMs).code, "CONNECT_TIMEOUT");
  const UniqueFd third = port.connection();
  {
    const NoDescriptors none;
    const xr::Fault fault = fault_of_next(acceptor, 5 * xr::kNsPerSec);
    CHECK_EQ(fault.code, "SOCKET");
    CHECK_EQ(fault.errno_value, EMFILE);
  }
  CHECK(is_connected(first));
  CHECK(is_connected(second));
  CHECK_EQ(acceptor.strangers(), 0u);
  // The first is the client's after all.
  const xr::Greeting greeting = xr::greeting_for(kToken, 3);
  CHECK_EQ(::send(first.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL),
           static_cast<ssize_t>(greeting.size()));
  const xr::Waker waker;
  CHECK_EQ(acceptor.next(xr::Deadline(30 * xr::kNsPerSec, waker)).link, 3u);
}

}  // namespace
