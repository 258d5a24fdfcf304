#include "transport/socket/peer_host.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string>

#include "base/error.h"
#include "test/test.h"

namespace {

using xr::PeerHost;
using xr::SocketAddress;

SocketAddress at(const std::string& numeric, std::uint16_t port = 4711) {
  return xr::parse_address(numeric, port);
}

SocketAddress mapped(const std::string& ipv4) { return at("::ffff:" + ipv4); }

SocketAddress link_local(std::uint32_t zone) {
  SocketAddress address = at("fe80::1");
  reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_scope_id = zone;
  return address;
}

TEST("peer host: one address, whatever its port") {
  for (const std::string numeric : {"192.0.2.1", "2001:db8::1", "127.0.0.1", "::1"}) {
    const PeerHost host(numeric);
    CHECK(host.is(at(numeric, 1)));
    CHECK(host.is(at(numeric, 65'535)));
    CHECK(!host.is(at("192.0.2.2")));
    CHECK(!host.is(at("2001:db8::2")));
  }
  // Another address of this machine is another host.
  CHECK(!PeerHost("127.0.0.1").is(at("127.0.0.2")));
}

TEST("peer host: IPv4 is IPv4 in either notation, and nothing else of IPv6") {
  CHECK(PeerHost("192.0.2.1").is(mapped("192.0.2.1")));
  CHECK(PeerHost("::ffff:192.0.2.1").is(at("192.0.2.1")));
  CHECK(!PeerHost("192.0.2.1").is(mapped("192.0.2.2")));
  // Deprecated, and not the same (RFC 4291 section 2.5.5.1).
  CHECK(!PeerHost("192.0.2.1").is(at("::192.0.2.1")));
}

TEST("peer host: a link-local address is one of its interface") {
  const PeerHost host("fe80::1%lo");
  CHECK(host.is(link_local(1)));
  CHECK(!host.is(link_local(2)));
  SocketAddress global = at("2001:db8::1");
  reinterpret_cast<sockaddr_in6*>(&global.storage)->sin6_scope_id = 7;
  CHECK(PeerHost("2001:db8::1").is(global));
}

TEST("peer host: without one it is whoever comes; a name is none") {
  CHECK(PeerHost().is(at("192.0.2.1")));
  CHECK(PeerHost("").is(at("2001:db8::1")));
  std::string code;
  try {
    PeerHost("localhost");
  } catch (const xr::Error& error) {
    code = error.fault().code;
  }
  CHECK_EQ(code, "BAD_SPEC");
}

}  // namespace
