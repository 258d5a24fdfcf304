#include "transport/tls/kernel_tls.h"

#include <array>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "base/units.h"
#include "test/tcp_pair.h"
#include "test/test.h"
#include "transport/endpoint_spec.h"
#include "transport/gnutls/identity.h"
#include "transport/socket/tcp_link.h"
#include "transport/wait/deadline.h"
#include "transport/wait/waker.h"

namespace {

using xr::Io;
using xr::MoreFollows;
using xr::TlsSession;
using xr::WaitPolicy;

constexpr std::uint64_t kMessages = 200;
constexpr std::uint64_t kMessageBytes = 64;

void shake_hands(TlsSession& session) {
  const xr::Waker waker;
  session.handshake(xr::Deadline(10 * xr::kNsPerSec, waker));
}

/// Lengths of the records in which a stream arrives that one end's kernel encrypts.
std::vector<std::size_t> records_of(MoreFollows more_follows) {
  const auto [client_fd, server_fd] = xr::test::tcp_pair();
  const xr::Identity identity;
  const xr::Pin pin = identity.pin();
  TlsSession client(client_fd.get(), xr::TlsCipher::kAes128Gcm, nullptr, &pin);
  TlsSession server(server_fd.get(), xr::TlsCipher::kAes128Gcm, &identity, nullptr);
  auto shaken = std::async(std::launch::async, [&] { shake_hands(server); });
  shake_hands(client);
  shaken.get();
  if (const std::string problem = xr::move_to_kernel(client, xr::TlsCipher::kAes128Gcm);
      !problem.empty())
    throw xr::test::Skipped("this kernel has no TLS (" + problem + ")");

  xr::EndpointSpec spec;
  spec.message_bytes = kMessageBytes;
  const xr::Waker waker;
  xr::TcpLink<WaitPolicy::kBlock> link(
      {client_fd.get(), 5 * xr::kNsPerSec, waker.flag(), more_follows}, spec, xr::Role::kSender,
      waker.flag());
  for (std::uint64_t i = 1; i < kMessages; ++i)
    CHECK(link.send_some(xr::kUnlimitedBatch) == Io::kOk);
  // After this one nothing follows, and what was held back goes with it.
  CHECK(link.send_some(1) == Io::kOk);

  std::vector<std::size_t> lengths;
  std::array<std::uint8_t, 16384> record;
  for (std::size_t total = 0; total < kMessages * kMessageBytes;) {
    if (!server.has_input()) server.await_input(xr::Deadline(10 * xr::kNsPerSec, waker), "recv");
    const ssize_t got = gnutls_record_recv(server.get(), record.data(), record.size());
    if (got < 0 && gnutls_error_is_fatal(static_cast<int>(got)) == 0) continue;
    CHECK(got > 0);
    lengths.push_back(static_cast<std::size_t>(got));
    total += static_cast<std::size_t>(got);
  }
  return lengths;
}

TEST("kernel tls: each message of a stream is a record of its own, as it is without the kernel") {
  const auto lengths = records_of(MoreFollows::kUnsaid);
  CHECK_EQ(lengths.size(), kMessages);
  // The hint of a stream over TCP is what would have joined them.
  CHECK(records_of(MoreFollows::kSaid).size() < kMessages);
}

}  // namespace
