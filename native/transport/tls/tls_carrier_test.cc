#include "transport/tls/tls_carrier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/units.h"
#include "test/tcp_pair.h"
#include "test/test.h"
#include "transport/gnutls/identity.h"
#include "transport/message/message_contract.h"
#include "transport/wait/deadline.h"
#include "transport/wait/waker.h"

namespace {

using xr::MessageShape;
using xr::Side;
using xr::TlsSession;
using xr::UniqueFd;
using xr::WaitPolicy;

template <WaitPolicy kWait>
class TlsWorld {
 public:
  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = true;
  static constexpr std::uint32_t kLongestBytes = 3'000'001;
  static constexpr std::size_t kMostUnderWay = 1000;

  explicit TlsWorld(MessageShape shape) : pin_(identity_.pin()) {
    const std::uint32_t connections =
        *std::max_element(shape.connection_of_flow.begin(), shape.connection_of_flow.end()) + 1;
    for (std::uint32_t i = 0; i < connections; ++i) {
      auto [client, server] = xr::test::tcp_pair();
      add(ends_[0], std::move(client), nullptr, &pin_);
      add(ends_[1], std::move(server), &identity_, nullptr);
      auto shaken = std::async(std::launch::async, [&] { shake_hands(ends_[1]); });
      shake_hands(ends_[0]);
      shaken.get();
    }
    make(ends_[0], shape, Side::kClient);
    make(ends_[1], shape, Side::kServer);
  }

  xr::TlsMessages<kWait>& client() { return *ends_[0].link; }
  xr::TlsMessages<kWait>& server() { return *ends_[1].link; }
  void stop(Side side) { of(side).waker.stop(); }
  void close(Side side) {
    of(side).link.reset();
    of(side).sessions.clear();
    of(side).fds.clear();
  }

 private:
  struct End {
    std::vector<UniqueFd> fds;
    std::vector<std::unique_ptr<TlsSession>> sessions;
    xr::Waker waker;
    std::optional<xr::TlsMessages<kWait>> link;
  };

  static void add(End& end, UniqueFd fd, const xr::Identity* identity, const xr::Pin* pin) {
    end.sessions.push_back(std::make_unique<TlsSession>(
        fd.get(), xr::TlsCipher::kAes128Gcm, identity, pin));
    end.fds.push_back(std::move(fd));
  }
  static void shake_hands(End& end) {
    end.sessions.back()->handshake(xr::Deadline(20 * xr::kNsPerSec, end.waker));
  }
  static void make(End& end, MessageShape shape, Side side) {
    shape.side = side;
    std::vector<TlsSession*> sessions;
    for (const auto& session : end.sessions) {
      sessions.push_back(session.get());
      end.waker.watch(session->fd());
    }
    end.link.emplace(xr::TlsCarrier<kWait>(std::move(sessions), end.waker.flag()), shape,
                     end.waker.flag());
  }
  End& of(Side side) { return ends_[side == Side::kClient ? 0 : 1]; }

  xr::Identity identity_;
  xr::Pin pin_;
  std::array<End, 2> ends_;
};

TEST("messages over tls: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<TlsWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over tls: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<TlsWorld<WaitPolicy::kSpin>>(false)));
}

}  // namespace
