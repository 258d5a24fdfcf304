#include "transport/socket/byte_stream_link.h"

#include <vector>

#include "test/tcp_pair.h"
#include "test/test.h"
#include "transport/socket/options.h"
#include "transport/socket/tcp_link.h"

namespace {

using xr::Io;
using xr::kNsPerMs;
using xr::Role;
using xr::WaitPolicy;

/// Reads all that is there.
std::vector<std::uint8_t> drain(int fd) {
  std::vector<std::uint8_t> all;
  std::vector<std::uint8_t> some(std::size_t{1} << 20);
  for (;;) {
    const ssize_t got = ::recv(fd, some.data(), some.size(), MSG_DONTWAIT);
    if (got <= 0) return all;
    all.insert(all.end(), some.begin(), some.begin() + got);
  }
}

template <WaitPolicy kWait>
void goes_on_where_it_was() {
  auto [sender, receiver] = xr::test::tcp_pair();
  xr::EndpointSpec spec;
  spec.workload = xr::Workload::kStream;
  spec.message_bytes = std::size_t{3} << 20;
  spec.idle_timeout_ns = 40 * kNsPerMs;
  spec.verify = true;
  xr::set_socket_timeouts(sender.get(), spec.wait_ns(), spec.wait_ns());
  const xr::StopFlag stop;
  xr::TcpLink<kWait> link({sender.get(), spec.wait_ns(), stop}, spec, Role::kSender, stop);
  xr::PatternReader pattern(spec.message_bytes);
  std::uint64_t arrived = 0;
  unsigned stalls = 0;
  unsigned cut = 0;
  while (link.counters().messages < 5) {
    const Io io = link.send_some(1);
    CHECK(io == Io::kOk || io == Io::kStalled);
    if (io == Io::kOk) continue;
    ++stalls;
    cut += link.counters().bytes % spec.message_bytes != 0;
    const std::vector<std::uint8_t> bytes = drain(receiver.get());
    arrived += bytes.size();
    CHECK(pattern.accept(bytes.data(), bytes.size()));
  }
  CHECK(stalls > 0);
  CHECK(cut > 0);
  CHECK_EQ(link.counters().bytes, 5 * spec.message_bytes);
  CHECK_EQ(link.send_units(), 5u);
  sender.reset();
  for (;;) {
    std::vector<std::uint8_t> rest(std::size_t{1} << 20);
    const ssize_t got = ::recv(receiver.get(), rest.data(), rest.size(), 0);
    CHECK(got >= 0);
    if (got == 0) break;
    arrived += static_cast<std::uint64_t>(got);
    CHECK(pattern.accept(rest.data(), static_cast<std::size_t>(got)));
  }
  CHECK_EQ(arrived, 5 * spec.message_bytes);
}

TEST("byte stream: a message that waits in vain goes on where it was") {
  goes_on_where_it_was<WaitPolicy::kBlock>();
  goes_on_where_it_was<WaitPolicy::kSpin>();
}

}  // namespace
