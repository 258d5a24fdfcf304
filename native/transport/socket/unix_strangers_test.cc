#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <future>
#include <string>
#include <vector>

#include "base/units.h"
#include "test/test.h"
#include "transport/socket/greeting_acceptor.h"
#include "transport/socket/unix_connections.h"
#include "transport/wait/waker.h"

namespace {

using xr::UniqueFd;

/// Where a server listens, as whoever reads /proc/net/unix knows it; only its client knows the
/// token.
UniqueFd visitor(const xr::Blob& server, int type) {
  xr::Token name{};
  std::copy(server.end() - xr::kTokenBytes, server.end(), name.begin());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = "xrbench-" + xr::token_name(name);
  std::memcpy(address.sun_path + 1, text.data(), text.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  CHECK(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
  return fd;
}

struct StopAtEnd {
  xr::Waker& waker;
  ~StopAtEnd() { waker.stop(); }
};

bool is_connected(const UniqueFd& fd) {
  std::uint8_t byte = 0;
  return ::recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

TEST("strangers: those at an AF_UNIX socket keep no connection waiting") {
  for (const int type : {SOCK_STREAM, SOCK_SEQPACKET}) {
    xr::EndpointSpec spec;
    spec.options = xr::UnixOptions{};
    spec.workload = xr::Workload::kStream;
    spec.stream.streams = 2;
    // Nothing ends because a time has passed.
    spec.connect_timeout_ns = 3600 * xr::kNsPerSec;
    spec.side = xr::Side::kClient;
    xr::UnixConnections nobody(spec, {}, type);
    spec.side = xr::Side::kServer;
    xr::UnixConnections server(spec, {}, type);
    const xr::Blob blob = server.open();
    const xr::SocketBlob where = xr::decode_blob(
        xr::Blob(blob.begin(), blob.end() - xr::kTokenBytes), spec.transport(), 0);
    xr::Waker waker;
    auto accepting = std::async(std::launch::async, [&, peer = nobody.open()] {
      server.connect(peer, xr::Deadline(spec.connect_timeout_ns, waker));
    });
    // Whoever waits for a client that does not come is to end, too.
    const StopAtEnd stop{waker};
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 5; ++i) silent.push_back(visitor(blob, type));
    std::vector<UniqueFd> links;
    for (unsigned link = 0; link < 2; ++link) {
      // Another connection is still to be made: nobody has been sent away.
      for (const UniqueFd& one : silent) CHECK(is_connected(one));
      links.push_back(visitor(blob, type));
      const xr::Greeting greeting = xr::greeting_for(where.token, link);
      CHECK_EQ(::send(links.back().get(), greeting.data(), greeting.size(), MSG_NOSIGNAL),
               static_cast<ssize_t>(greeting.size()));
      std::uint8_t answer = 0;
      CHECK_EQ(::recv(links.back().get(), &answer, 1, 0), 1);
    }
    accepting.get();
  }
}

}  // namespace
