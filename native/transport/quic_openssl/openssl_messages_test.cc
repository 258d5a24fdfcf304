#include "transport/quic_openssl/openssl_messages.h"

#include <array>
#include <cstdint>
#include <future>
#include <optional>
#include <utility>

#include "base/units.h"
#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/message/message_contract.h"
#include "transport/quic_openssl/openssl_context.h"
#include "transport/quic_openssl/openssl_handshake.h"
#include "transport/quic_openssl/openssl_identity.h"
#include "transport/socket/blob.h"
#include "transport/wait/deadline.h"
#include "transport/wait/waker.h"

namespace {

using xr::MessageShape;
using xr::Side;
using xr::WaitPolicy;
using xr::ossl::Lane;

/// Both ends of a message link over one connection on loopback.
template <WaitPolicy kWait>
class OpensslWorld {
 public:
  using Link = xr::ossl::Messages<kWait>;

  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = true;
  static constexpr std::uint32_t kLongestBytes = 3'000'001;
  static constexpr std::size_t kMostUnderWay = 1000;
  static constexpr std::uint32_t kMostConnections = 1;

  explicit OpensslWorld(const MessageShape& shape) {
    const xr::Token token = xr::random_token();
    constexpr auto kCipher = xr::TlsCipher::kAes128Gcm;
    ends_[0].context.emplace(kCipher, token, identity_.pin());
    ends_[1].context.emplace(kCipher, token, identity_);
    auto fds = xr::test::udp_pair();
    for (std::size_t i = 0; i < 2; ++i) ends_[i].lane.fd = std::move(fds[i]);
    auto shaken = std::async(std::launch::async, [&] { shake_hands(ends_[1], Side::kServer); });
    shake_hands(ends_[0], Side::kClient);
    shaken.get();
    ends_[0].lane.streams.push_back(ends_[0].lane.connection->open_stream(true));
    make(ends_[0], shape, Side::kClient);
    make(ends_[1], shape, Side::kServer);
  }
  ~OpensslWorld() {
    for (End& end : ends_) end.link.reset();
  }

  Link& client() { return *ends_[0].link; }
  Link& server() { return *ends_[1].link; }
  void stop(Side side) { of(side).waker.stop(); }
  void close(Side side) {
    End& end = of(side);
    end.link.reset();
    end.lane.connection->leave();
    end.waker.forget_all();
    end.lane.streams.clear();
    end.lane.connection.reset();
    end.lane.fd.reset();
  }

 private:
  struct End {
    std::optional<xr::ossl::Context> context;
    Lane lane;
    xr::Waker waker;
    std::optional<Link> link;
  };

  static void shake_hands(End& end, Side side) {
    const xr::Deadline deadline(20 * xr::kNsPerSec, end.waker);
    xr::ossl::shake_hands(end.lane, side, *end.context, deadline);
  }
  static void make(End& end, MessageShape shape, Side side) {
    shape.side = side;
    xr::prepare(end.lane, true, {}, shape.idle_timeout_ns, end.waker);
    const xr::StopFlag& stop = end.waker.flag();
    end.link.emplace(xr::ossl::StreamCarrier<kWait>(end.lane, true, shape.idle_timeout_ns, stop),
                     shape, stop);
  }
  End& of(Side side) { return ends_[side == Side::kClient ? 0 : 1]; }

  xr::ossl::Identity identity_;
  std::array<End, 2> ends_;
};

void require_openssl() {
  if (xr::ossl::find_openssl().api == nullptr)
    throw xr::test::Skipped("this Node.js has no QUIC in its OpenSSL");
}

TEST("messages over quic:openssl: the contract, sleeping") {
  require_openssl();
  CHECK((xr::test::keeps_message_contract<OpensslWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over quic:openssl: the contract, spinning") {
  require_openssl();
  CHECK((xr::test::keeps_message_contract<OpensslWorld<WaitPolicy::kSpin>>(false)));
}

}  // namespace
