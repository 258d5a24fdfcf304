#include "transport/tls/tls_session.h"

#include <sys/socket.h>

#include <array>
#include <ctime>
#include <future>
#include <string>

#include "base/error.h"
#include "base/units.h"
#include "test/test.h"

namespace {

using xr::Identity;
using xr::Pin;
using xr::TlsSession;

/// Both ends of a connection shake hands: the code of the client's fault, or nothing.
std::string refusal(const Identity& identity, const Pin& pin) {
  std::array<int, 2> ends{};
  CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const xr::UniqueFd client_fd(ends[0]);
  const xr::UniqueFd server_fd(ends[1]);
  const auto shake_hands = [](int fd, const Identity* own, const Pin* wanted) -> std::string {
    const xr::Waker waker;
    const xr::Deadline deadline(10 * xr::kNsPerSec, waker);
    try {
      TlsSession(fd, xr::TlsCipher::kAes128Gcm, own, wanted).handshake(deadline);
      return "";
    } catch (const xr::Error& error) {
      return error.fault().code;
    }
  };
  auto serving = std::async(std::launch::async,
                            [&] { return shake_hands(server_fd.get(), &identity, nullptr); });
  const std::string of_client = shake_hands(client_fd.get(), nullptr, &pin);
  // In TLS 1.3 the server hears of a refusal last.
  CHECK_EQ(serving.get().empty(), of_client.empty());
  return of_client;
}

TEST("tls handshake: the pin decides, whatever the dates of the certificate and the clocks say") {
  const std::time_t now = std::time(nullptr);
  constexpr std::time_t kDay = 24 * 3600;
  const Identity other;
  // Run out long ago, or a moment ago; made by a machine whose clock is minutes or years ahead.
  for (const xr::Validity& validity : {xr::Validity{now - 900 * kDay, now - 899 * kDay},
                                       {now - kDay, now - 1},
                                       {now + 300, now + kDay},
                                       {now + 900 * kDay, now + 901 * kDay}}) {
    const Identity identity(validity);
    CHECK_EQ(refusal(identity, identity.pin()), "");
    CHECK_EQ(refusal(identity, other.pin()), "TLS_PIN");
  }
}

}  // namespace
