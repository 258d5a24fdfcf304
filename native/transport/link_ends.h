#pragma once

#include "workload/io.h"
#include "workload/workload.h"

namespace xr {

/// One end of a workload, and with that the loop which runs a link there.
template <Workload kOf, Role kAs>
struct LinkEnd {
  static constexpr Workload kWorkload = kOf;
  static constexpr Role kRole = kAs;
};

/// What a link serves. An endpoint says it of each link that it makes; `run_link` then runs the one
/// of these ends that the spec asks for, and the compiler refuses a link that lacks what it takes.
template <class... Each>
struct LinkEnds {};

template <class... These, class... Those>
constexpr LinkEnds<These..., Those...> operator|(LinkEnds<These...>, LinkEnds<Those...>) {
  return {};
}

inline constexpr LinkEnds<LinkEnd<Workload::kPingPong, Role::kInitiator>> kForPingPongInitiator;
inline constexpr LinkEnds<LinkEnd<Workload::kPingPong, Role::kResponder>> kForPingPongResponder;
inline constexpr auto kForPingPong = kForPingPongInitiator | kForPingPongResponder;
inline constexpr LinkEnds<LinkEnd<Workload::kStream, Role::kSender>> kForStreamSender;
inline constexpr LinkEnds<LinkEnd<Workload::kStream, Role::kReceiver>> kForStreamReceiver;
inline constexpr auto kForStream = kForStreamSender | kForStreamReceiver;
inline constexpr LinkEnds<LinkEnd<Workload::kConnect, Role::kInitiator>> kForConnector;
inline constexpr LinkEnds<LinkEnd<Workload::kConnect, Role::kResponder>> kForConnectAcceptor;
inline constexpr LinkEnds<LinkEnd<Workload::kRr, Role::kInitiator>,
                         LinkEnd<Workload::kRr, Role::kResponder>>
    kForRr;
/// Both ends of every workload that is written once for all transports: each of them has one link
/// for all of these, and asks for nothing else of theirs.
inline constexpr auto kForMessages = kForRr;
inline constexpr LinkEnds<LinkEnd<Workload::kRequests, Role::kInitiator>> kForRequester;

template <class... Each>
constexpr bool is_served(LinkEnds<Each...>, Workload workload) noexcept {
  return ((Each::kWorkload == workload) || ...);
}

}  // namespace xr
