#include "workload/link.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "test/test.h"
#include "workload/connect.h"
#include "workload/ping_pong.h"
#include "workload/requests.h"
#include "workload/stream.h"

// A link that lacks something is refused by name, before any loop is made of it.

namespace {

using xr::Counters;
using xr::Io;

/// Serves everything; never run.
struct Whole {
  Io send_request() noexcept;
  Io receive_reply() noexcept;
  Io receive_request() noexcept;
  Io send_reply() noexcept;
  Io send_some(std::uint64_t most) noexcept;
  Io receive_some() noexcept;
  std::uint64_t send_units() const noexcept;
  template <class Established>
  Io connect(const Established& established);
  void disconnect() noexcept;
  xr::ConnectCounts& connects() noexcept;
  unsigned slots() const noexcept;
  void begin(unsigned slot) noexcept;
  Io send() noexcept;
  Io wait() noexcept;
  const std::vector<unsigned>& answered() const noexcept;
  Counters& counters() noexcept;
  void refresh() noexcept;
  xr::IoFailure failure() const noexcept;
};

template <class Link>
constexpr int kinds() {
  return xr::PingPongInitiator<Link> + xr::PingPongResponder<Link> + xr::StreamSender<Link> +
         xr::StreamReceiver<Link> + xr::ConnectInitiator<Link> + xr::ConnectAcceptor<Link> +
         xr::Requester<Link>;
}
static_assert(kinds<Whole>() == 7);
static_assert(kinds<int>() == 0);

// What every link has.
struct WithoutRefresh : Whole {
  void refresh() noexcept = delete;
};
struct WithCopiedCounters : Whole {
  Counters counters() noexcept;
};
struct WithoutFailure : Whole {
  xr::IoFailure failure() const noexcept = delete;
};
struct WithOtherFault : Whole {
  int fault() const;
};
struct WithChangingFault : Whole {
  std::optional<xr::Fault> fault();
};
struct WithFault : Whole {
  std::optional<xr::Fault> fault() const;
};
static_assert(kinds<WithoutRefresh>() == 0);
static_assert(kinds<WithCopiedCounters>() == 0);
static_assert(kinds<WithoutFailure>() == 0);
static_assert(kinds<WithOtherFault>() == 0);
static_assert(kinds<WithChangingFault>() == 0);
static_assert(kinds<WithFault>() == 7);

// What one end of a workload needs.
struct WithoutReply : Whole {
  Io receive_reply() noexcept = delete;
};
struct WithThrowingRequest : Whole {
  Io receive_request();
};
struct WithoutLimit : Whole {
  Io send_some() noexcept;
};
struct WithTruth : Whole {
  bool receive_some() noexcept;
};
struct WithoutDisconnect : Whole {
  void disconnect() noexcept = delete;
};
struct WithoutSlots : Whole {
  unsigned slots() const noexcept = delete;
};
static_assert(kinds<WithoutReply>() == 6 && !xr::PingPongInitiator<WithoutReply>);
// A connection of its own for each message may throw, and nothing else.
static_assert(kinds<WithThrowingRequest>() == 6 && !xr::PingPongResponder<WithThrowingRequest>);
static_assert(kinds<WithoutLimit>() == 6 && !xr::StreamSender<WithoutLimit>);
static_assert(kinds<WithTruth>() == 6 && !xr::StreamReceiver<WithTruth>);
static_assert(kinds<WithoutDisconnect>() == 6 && !xr::ConnectInitiator<WithoutDisconnect>);
static_assert(kinds<WithoutSlots>() == 6 && !xr::Requester<WithoutSlots>);

TEST("link: what lacks a member is no link for the end that needs it, and one for the others") {
  CHECK_EQ(kinds<Whole>(), 7);
  CHECK_EQ(kinds<WithoutReply>(), 6);
  CHECK_EQ(kinds<WithoutRefresh>(), 0);
}

}  // namespace
