#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "transport/datagram/sequence_window.h"
#include "transport/message/flow_losses.h"
#include "transport/message/message_shape.h"
#include "workload/message_head.h"

namespace xr {

/// Finds the messages in the datagrams of one connection, which may be lost, come twice or overtake
/// one another, in fixed memory: of a message of which some is missing it keeps the head alone.
class MessageReassembly {
 public:
  enum class Step {
    kNothing,
    kComplete,
    /// Not one of this connection: a stranger's, or from before it.
    kStray,
    kBad,
  };

  /// `base` is the number of the first datagram.
  explicit MessageReassembly(std::uint64_t base) : base_(base) {}

  /// A datagram that came on `connection`, all of it. When a message is complete by it, `head` is
  /// the head.
  Step take(const std::uint8_t* datagram, std::size_t bytes, const MessageShape& shape,
            std::uint32_t connection, FlowLosses& flows) noexcept {
    if (bytes < kFragmentHeadBytes) return Step::kStray;
    const FragmentHead part = read_fragment_head(datagram);
    const std::uint64_t number = part.datagram - base_;
    // A peer that is not hostile is never so far ahead of what has come.
    if (number >= expected_ + kFarthest) return Step::kStray;
    if (part.fragment >= part.fragments || number < part.fragment ||
        part.flow >= shape.connection_of_flow.size() ||
        shape.connection_of_flow[part.flow] != connection) [[unlikely]]
      return Step::kBad;
    if (!numbers_.accept(number, datagrams_)) [[unlikely]]
      return Step::kNothing;
    if (number >= expected_) expected_ = number + 1;
    const std::uint8_t* at = datagram + kFragmentHeadBytes;
    std::size_t payload = bytes - kFragmentHeadBytes;
    MessageHead head;
    if (part.fragment == 0) {
      if (payload < kMessageHeadBytes) [[unlikely]]
        return Step::kBad;
      head = read_head(at);
      payload -= kMessageHeadBytes;
      if (head.flow != part.flow || !shape.allows(head, connection) ||
          !flows.can_come(head.flow, head.number)) [[unlikely]]
        return Step::kBad;
      if (part.fragments == 1) [[likely]] {
        if (payload != head.length) [[unlikely]]
          return Step::kBad;
        return complete(head, flows);
      }
    }
    Partial* const place = partial_of(number - part.fragment, flows);
    if (place == nullptr) [[unlikely]]
      return Step::kNothing;
    Partial& partial = *place;
    if (partial.received == 0) {
      partial.flow = part.flow;
      partial.fragments = part.fragments;
    } else if (partial.fragments != part.fragments || partial.flow != part.flow) [[unlikely]] {
      return Step::kBad;
    }
    partial.received += 1;
    partial.bytes += payload;
    if (part.fragment == 0) {
      partial.head = head;
      partial.has_head = true;
    }
    if (partial.bytes > shape.longest_bytes) [[unlikely]]
      return Step::kBad;
    if (partial.received != partial.fragments) return Step::kNothing;
    partial.received = 0;
    // All numbers are different, so that the first one is among them.
    if (partial.bytes != partial.head.length) [[unlikely]]
      return Step::kBad;
    return complete(partial.head, flows);
  }

  const MessageHead& head() const noexcept { return head_; }
  /// Of datagrams: what came twice, or too late for its place.
  const Counters& datagrams() const noexcept { return datagrams_; }

 private:
  /// Messages of which some is missing still. Fragments of a message leave one behind the other, so
  /// that only so many are mixed up on the way.
  static constexpr std::size_t kMostPartial = 16;
  static constexpr std::uint64_t kFarthest = std::uint64_t{1} << 24;

  struct Partial {
    /// Number of its first datagram.
    std::uint64_t first = 0;
    /// 0: not in use.
    std::uint64_t received = 0;
    std::uint64_t bytes = 0;
    std::uint32_t flow = 0;
    std::uint16_t fragments = 0;
    bool has_head = false;
    MessageHead head;
  };

  Step complete(const MessageHead& head, FlowLosses& flows) noexcept {
    head_ = head;
    flows.completed(head.flow, head.number);
    return Step::kComplete;
  }

  /// That of the message which begins with this datagram. Where there is no place for it, the
  /// oldest one is given up; null: this one was.
  Partial* partial_of(std::uint64_t first, FlowLosses& flows) noexcept {
    Partial* place = &partials_.front();
    for (Partial& one : partials_) {
      if (one.received != 0 && one.first == first) return &one;
      if (age_of(one) < age_of(*place)) place = &one;
    }
    if (first < given_up_before_) return nullptr;
    if (place->received != 0) {
      flows.gave_up(place->flow,
                    place->has_head ? std::optional(place->head.number) : std::nullopt);
      given_up_before_ = place->first + 1;
    }
    *place = Partial{};
    place->first = first;
    return place;
  }

  /// Of one that is not in use before all others.
  static std::uint64_t age_of(const Partial& one) noexcept {
    return one.received == 0 ? 0 : one.first + 1;
  }

  std::uint64_t base_;
  std::uint64_t expected_ = 0;
  /// Messages that begin before this, and of which nothing is kept.
  std::uint64_t given_up_before_ = 0;
  SequenceWindow numbers_{8};
  Counters datagrams_;
  std::array<Partial, kMostPartial> partials_{};
  MessageHead head_;
};

}  // namespace xr
