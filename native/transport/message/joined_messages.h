#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "measure/clock.h"
#include "measure/mark.h"
#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/message/idle_watch.h"
#include "transport/message/message_arrivals.h"
#include "transport/message/message_shape.h"
#include "transport/message/ready_sockets.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// A message link over one connection that can be one of several on a thread. `wait(0)` looks once,
/// and besides it has
///   wake_fd()     readable once there is something to look at, if it `is_quiet()`
///   is_quiet()    the last `wait(0)` found nothing at all, and not only nothing to tell
///   due_ns()      CLOCK_MONOTONIC_RAW, when it wants to be looked at without that; kNoLimit: never
///   is_sending()  something that was offered waits for room
///   heard()       grows whenever something of a message has come
template <class Link>
concept JoinableMessageLink = MessageLink<Link> && requires(const Link& same) {
  { same.wake_fd() } noexcept -> std::same_as<int>;
  { same.due_ns() } noexcept -> std::same_as<std::uint64_t>;
  { same.is_sending() } noexcept -> std::same_as<bool>;
  { same.is_quiet() } noexcept -> std::same_as<bool>;
  { same.heard() } noexcept -> std::same_as<std::uint64_t>;
  { same.fault() } -> std::same_as<std::optional<Fault>>;
};

/// Many connections as one link, for transports whose connections share nothing: queue pairs, or
/// sockets with an engine each. A sleeping wait is one call for all of them, after which those
/// alone are looked at that have something; a spinning one looks at each in turn.
template <class Link, WaitPolicy kWait>
class JoinedMessages {
 public:
  static constexpr bool kIsLossy = Link::kIsLossy;

  /// Link `i` has the flows of connection `i`, as `shape_of_connection` numbers them. They outlive
  /// this.
  JoinedMessages(std::vector<Link*> links, MessageShape shape, const StopFlag& stop)
      : links_(std::move(links)),
        shape_(std::move(shape)),
        idle_(shape_.idle_timeout_ns, stop),
        arrivals_(kMostArrivals),
        is_restless_(links_.size(), true) {
    static_assert(JoinableMessageLink<Link>);
    if constexpr (kWait == WaitPolicy::kBlock) sockets_.emplace(wake_fds(links_));
    for (auto* list : {&looked_at_, &restless_, &kept_}) list->reserve(links_.size());
    flows_of_.resize(links_.size());
    for (std::uint32_t flow = 0; flow < shape_.connection_of_flow.size(); ++flow) {
      std::vector<std::uint32_t>& flows = flows_of_[shape_.connection_of_flow[flow]];
      number_of_.push_back(static_cast<std::uint32_t>(flows.size()));
      flows.push_back(flow);
    }
    // All have something to say at first, if only that they are there.
    for (std::uint32_t i = 0; i < links_.size(); ++i) restless_.push_back(i);
  }
  JoinedMessages(const JoinedMessages&) = delete;
  JoinedMessages& operator=(const JoinedMessages&) = delete;

  Io offer(const MessageHead& head) noexcept {
    const std::uint32_t i = shape_.connection_of_flow[head.flow];
    MessageHead own = head;
    own.flow = number_of_[head.flow];
    const Io io = links_[i]->offer(own);
    // What it took to send may have to be waited for.
    rouse(i);
    return io == Io::kOk || io == Io::kFull ? io : failed(i, io);
  }

  Io wait(std::uint64_t limit_ns) noexcept {
    if (limit_ns != kNoLimit) idle_.heard();
    const std::uint64_t began_ns = monotonic_raw_ns();
    const bool holds_back = !arrivals_.is_empty();
    if (holds_back && !is_sending()) return Io::kOk;
    const std::uint64_t most_ns = std::min(limit_ns, kMessageNapNs);
    for (bool is_last = false;;) {
      if (const Io io = look(holds_back); io != Io::kDue) return io;
      if (is_last) return idle_.due(limit_ns);
      const std::uint64_t now_ns = monotonic_raw_ns();
      const std::uint64_t spent_ns = now_ns - began_ns;
      is_last = spent_ns >= most_ns;
      if constexpr (kWait == WaitPolicy::kBlock) {
        // Without time left it only says who has something.
        const bool may_sleep = !is_last && is_quiet_;
        const Io io = sleep(holds_back, now_ns, may_sleep ? most_ns - spent_ns : 0);
        if (io != Io::kOk) return io;
      }
    }
  }

  std::span<const MessageHead> arrivals() const noexcept { return arrivals_.all(); }
  void taken(std::size_t count) noexcept { arrivals_.taken(count); }

  Counters& counters() noexcept { return counters_; }
  const FlowCounters& flow(std::uint32_t number) const noexcept {
    return links_[shape_.connection_of_flow[number]]->flow(number_of_[number]);
  }
  void refresh() noexcept {
    Counters all;
    for (Link* link : links_) {
      link->refresh();
      const Counters& one = link->counters();
      all.duplicates += one.duplicates;
      all.reordered += one.reordered;
      all.local_drops += one.local_drops;
      all.strangers += one.strangers;
    }
    counters_.duplicates = all.duplicates;
    counters_.reordered = all.reordered;
    counters_.local_drops = all.local_drops;
    counters_.strangers = all.strangers;
  }
  IoFailure failure() const noexcept {
    if (failed_ != nullptr) return failed_->failure();
    return sockets_ ? sockets_->failure() : IoFailure{};
  }
  std::optional<Fault> fault() const {
    return failed_ == nullptr ? std::nullopt : failed_->fault();
  }

 private:
  static constexpr std::size_t kMostArrivals = 4096;

  static std::vector<int> wake_fds(const std::vector<Link*>& links) {
    std::vector<int> fds;
    for (const Link* link : links) fds.push_back(link->wake_fd());
    return fds;
  }

  bool is_sending() const noexcept {
    return std::any_of(links_.begin(), links_.end(),
                       [](const Link* link) { return link->is_sending(); });
  }

  void rouse(std::uint32_t i) noexcept {
    if (is_restless_[i]) return;
    is_restless_[i] = true;
    restless_.push_back(i);
  }

  /// Each that may have something, once; kDue: none has. Where arrivals are not taken yet, those
  /// that wait for room alone.
  Io look(bool holds_back) noexcept {
    bool has_news = false;
    bool has_heard = false;
    is_quiet_ = true;
    kept_.clear();
    // Another one is the first each time: what one of them has to tell may fill all there is room
    // for.
    for (std::size_t k = 1; k <= restless_.size(); ++k) {
      const std::uint32_t i = restless_[k % restless_.size()];
      Link& link = *links_[i];
      bool stays = true;
      if (!holds_back || link.is_sending()) {
        const std::uint64_t heard = link.heard();
        const Io io = link.wait(0);
        if (io != Io::kOk && io != Io::kDue) [[unlikely]]
          return failed(i, io);
        has_news = has_news || io == Io::kOk;
        has_heard = has_heard || io == Io::kOk || link.heard() != heard;
        if (!holds_back) collect(i);
        const bool has_more = io == Io::kOk || !link.is_quiet();
        is_quiet_ = is_quiet_ && !has_more;
        stays = kWait == WaitPolicy::kSpin || has_more || !link.arrivals().empty();
      }
      is_restless_[i] = stays;
      if (stays) kept_.push_back(i);
    }
    restless_.swap(kept_);
    if (has_heard) idle_.heard();
    return has_news || (!holds_back && !arrivals_.is_empty()) ? Io::kOk : Io::kDue;
  }

  /// What has come on one of them, as far as there is room; the rest holds it back.
  void collect(std::uint32_t i) noexcept {
    Link& link = *links_[i];
    std::size_t count = 0;
    for (MessageHead head : link.arrivals()) {
      if (arrivals_.is_full()) break;
      head.flow = flows_of_[i][head.flow];
      arrivals_.add(head);
      ++count;
    }
    link.taken(count);
  }

  /// Until one of those that would be looked at has something, or wants to be looked at.
  Io sleep(bool holds_back, std::uint64_t now_ns, std::uint64_t left_ns) noexcept {
    looked_at_.clear();
    std::uint64_t due_ns = kNoLimit;
    for (std::uint32_t i = 0; i < links_.size(); ++i) {
      if (holds_back && !links_[i]->is_sending()) continue;
      looked_at_.push_back(i);
      due_ns = std::min(due_ns, links_[i]->due_ns());
    }
    const std::uint64_t limit_ns = std::min(left_ns, due_ns > now_ns ? due_ns - now_ns : 0);
    const Io io =
        holds_back ? sockets_->await_input(looked_at_, limit_ns) : sockets_->await(limit_ns);
    if (io != Io::kOk && io != Io::kDue) return io;
    if (holds_back) {
      for (const std::uint32_t i : looked_at_) rouse(i);
      return Io::kOk;
    }
    for (const std::uint32_t i : sockets_->ready()) rouse(i);
    if (due_ns == kNoLimit) return Io::kOk;
    const std::uint64_t woken_ns = monotonic_raw_ns();
    for (const std::uint32_t i : looked_at_) {
      if (links_[i]->due_ns() <= woken_ns) rouse(i);
    }
    return Io::kOk;
  }

  Io failed(std::uint32_t i, Io io) noexcept {
    failed_ = links_[i];
    return io;
  }

  std::vector<Link*> links_;
  MessageShape shape_;
  IdleWatch idle_;
  /// The flows of each connection, and the number of each flow on its own.
  std::vector<std::vector<std::uint32_t>> flows_of_;
  std::vector<std::uint32_t> number_of_;
  MessageArrivals arrivals_;
  /// Where it sleeps.
  std::optional<ReadySockets> sockets_;
  std::vector<std::uint32_t> looked_at_;
  /// Those that are to be looked at before anybody sleeps, each once.
  std::vector<std::uint32_t> restless_;
  std::vector<std::uint32_t> kept_;
  std::vector<bool> is_restless_;
  /// None of those that were looked at last has more.
  bool is_quiet_ = true;
  Counters counters_;
  const Link* failed_ = nullptr;
};

}  // namespace xr
