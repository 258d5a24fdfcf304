#include "transport/socket/tcp_connections.h"

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>

#include <atomic>

#include "base/units.h"
#include "test/test.h"
#include "transport/endpoint_pair.h"

namespace {
std::atomic<int> addresses_parsed{0};
}

/// Stands before that of libc for this program.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** found) {
  static const auto of_libc =
      reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  addresses_parsed.fetch_add(1);
  return of_libc(node, service, hints, found);
}

namespace {

using xr::Deadline;
using xr::kNsPerSec;
using xr::Side;
using xr::TcpConnections;

TEST("tcp connections: what a dial needs to know is known before, and its port is chosen by connect") {
  xr::EndpointSpec spec = xr::test::spec_for(xr::TransportKind::kTcp, xr::WaitPolicy::kBlock);
  spec.workload = xr::Workload::kConnect;
  spec.side = Side::kServer;
  TcpConnections server(spec, {});
  const xr::SocketBlob where = server.open();
  spec.side = Side::kClient;
  TcpConnections client(spec, {});
  client.open();
  const int before = addresses_parsed.load();
  CHECK(before > 0);
  xr::Waker waker;
  const Deadline deadline(5 * kNsPerSec, waker);
  const xr::UniqueFd fd = client.dial(where, deadline);
  CHECK_EQ(addresses_parsed.load(), before);
  int left_to_connect = 0;
  socklen_t length = sizeof left_to_connect;
  CHECK_EQ(::getsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &left_to_connect, &length),
           0);
  CHECK_EQ(left_to_connect, 1);
  CHECK_EQ(xr::local_address_of(fd.get()).text(), "127.0.0.1");
}

}  // namespace
