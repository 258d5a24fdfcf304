#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>

#include "measure/mark.h"
#include "workload/io.h"
#include "workload/message_head.h"

namespace xr {

/// Of `wait`: as long as it takes, at most the idle timeout.
inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// What became of the messages of one flow at the end that receives them, by their numbers, which
/// a sender counts up from 0. Where nothing can be lost only `messages` moves.
struct FlowCounters {
  /// Whole ones.
  std::uint64_t messages = 0;
  /// Of which nothing came, as far as later ones have shown.
  std::uint64_t lost = 0;
  /// Of which some came, and not all.
  std::uint64_t incomplete = 0;
};

/// Messages of several flows, either way, on one connection or on many, all on one thread. Every
/// workload but ping-pong, stream and connect is written once over it, and each transport has one.
///
/// - Nothing of it allocates, throws or logs once it is made.
/// - A flow belongs to a connection for as long as the link lives, and the two ends agree on that.
/// - The payload is the link's own: a pattern where data are verified, else whatever there is. So
///   no message has to be kept, however large: not the part that waits for room, nor what has come.
///
///   Io offer(head)        hands over one message whole, `head.length` bytes of payload on
///                         `head.flow`. kFull: not now; whoever offers keeps it, and its age
///                         counts. kOk: it goes out, what waits for room by the next `wait`
///   Io wait(limit_ns)     until something has arrived, or there is room again where there was
///                         none. kDue: nothing yet, look at the clock; no later than after
///                         `limit_ns`, but maybe before that. 0: looks, without sleeping. With
///                         arrivals that are not taken it takes in no more: a peer that sends
///                         without end is held back. kStalled: kNoLimit, and nothing at all within
///                         the idle timeout
///   arrivals()            the heads of complete messages in the order in which they became so.
///                         Those of a flow come in the order of their offers, unless they may get
///                         lost or each has a way of its own (QUIC, a stream for each)
///   taken(count)          the first `count` of them are done with
///   counters()            of the whole link; `messages` and `bytes` are the loop's, the rest is
///                         the link's where it can lose something
///   flow(number)          what became of the messages of that flow. One that was overtaken counts
///                         as lost nowhere but where it may be
///   refresh()             brings counters up to date that cost a system call
///   kIsLossy              whether messages may get lost or come twice
///
/// kClosed, kStopped and kError mean what they do for every link. What a peer sends is hostile: a
/// head of a flow that is not its connection's, or longer than agreed, is kError, with a fault.
template <class Link>
concept MessageLink = requires(Link& link, const Link& same, const MessageHead& head,
                               std::uint64_t ns, std::size_t count, std::uint32_t flow) {
  { Link::kIsLossy } -> std::convertible_to<bool>;
  { link.offer(head) } noexcept -> std::same_as<Io>;
  { link.wait(ns) } noexcept -> std::same_as<Io>;
  { same.arrivals() } noexcept -> std::same_as<std::span<const MessageHead>>;
  { link.taken(count) } noexcept;
  { link.counters() } noexcept -> std::same_as<Counters&>;
  { same.flow(flow) } noexcept -> std::same_as<const FlowCounters&>;
  { link.refresh() } noexcept;
  { same.failure() } noexcept -> std::same_as<IoFailure>;
};

}  // namespace xr
