#include "transport/loopback/loopback_carrier.h"

#include <algorithm>
#include <optional>

#include "test/test.h"
#include "transport/message/message_contract.h"

namespace {

using xr::MessageShape;
using xr::Side;
using xr::WaitPolicy;

template <WaitPolicy kWait>
class LoopbackWorld {
 public:
  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = true;
  static constexpr std::uint32_t kLongestBytes = 3'000'001;
  static constexpr std::size_t kMostUnderWay = 1000;

  explicit LoopbackWorld(MessageShape shape)
      : streams_(*std::max_element(shape.connection_of_flow.begin(),
                                   shape.connection_of_flow.end()) +
                 1) {
    shape.side = Side::kClient;
    client_.emplace(xr::LoopbackCarrier<kWait>(streams_, shape.side, client_stop_), shape,
                    client_stop_);
    shape.side = Side::kServer;
    server_.emplace(xr::LoopbackCarrier<kWait>(streams_, shape.side, server_stop_), shape,
                    server_stop_);
  }

  xr::LoopbackMessages<kWait>& client() { return *client_; }
  xr::LoopbackMessages<kWait>& server() { return *server_; }
  void stop(Side side) {
    (side == Side::kClient ? client_stop_ : server_stop_).set();
    streams_.close();
  }
  void close(Side) { streams_.close(); }

 private:
  xr::LoopbackStreams streams_;
  xr::StopFlag client_stop_;
  xr::StopFlag server_stop_;
  std::optional<xr::LoopbackMessages<kWait>> client_;
  std::optional<xr::LoopbackMessages<kWait>> server_;
};

TEST("messages over loopback: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<LoopbackWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over loopback: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<LoopbackWorld<WaitPolicy::kSpin>>(false)));
}

}  // namespace
