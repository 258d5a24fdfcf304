#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/units.h"
#include "measure/histogram.h"
#include "measure/stop_flag.h"
#include "measure/timeline.h"
#include "workload/clock_ration.h"
#include "workload/io.h"
#include "workload/message_link.h"

namespace xr {

/// What requests and their answers are like.
struct RrShape {
  std::uint32_t request_bytes = 0;
  std::uint32_t response_bytes = 0;
  /// Requests under way at once on each flow.
  unsigned inflight = 1;
  std::uint32_t flows = 1;
  /// Where messages can be lost: a request is given up after this.
  std::uint64_t message_timeout_ns = 0;
  /// … and so is the run, when nothing was answered for so long.
  std::uint64_t idle_timeout_ns = 0;
};

// Words of a request: which of the requests under way it is, and how long its answer is to be.
// Of an answer, whose number is that of its request: which one it is, and 0.

/// Keeps as many requests under way on each flow as it may have, each followed by the next. A
/// sample runs from just before the request is made, waiting for room included, until the call that
/// received the end of its answer has returned: a whole round trip.
template <MessageLink Link, class Clock>
class RrInitiator {
 public:
  RrInitiator(Link& link, const RrShape& shape, Timeline<Clock>& timeline, Histogram& histogram,
              const StopFlag& stop)
      : link_(link),
        shape_(shape),
        timeline_(timeline),
        histogram_(histogram),
        stop_(stop),
        slots_(std::size_t{shape.inflight} * shape.flows),
        next_numbers_(shape.flows, 0) {
    unoffered_.reserve(slots_.size());
    free_.reserve(slots_.size());
    for (std::uint32_t slot = static_cast<std::uint32_t>(slots_.size()); slot-- > 0;)
      free_.push_back(slot);
  }

  Io run() noexcept {
    Counters& counters = link_.counters();
    timeline_.start(counters);
    std::uint64_t now = timeline_.clock().now();
    timeout_ticks_ = timeline_.clock().from_ns(shape_.message_timeout_ns);
    answered_at_ = now;
    begin_free(now);
    for (;;) {
      const Counters before = counters;
      Io io = offer_all();
      if (io == Io::kOk) [[likely]]
        io = link_.wait(limit_ns(now));
      if (io != Io::kOk && io != Io::kDue) [[unlikely]]
        return io;
      now = timeline_.clock().now();
      if (now >= timeline_.next_edge()) [[unlikely]] {
        if (!timeline_.on_edge(now, before, link_)) return Io::kOk;
      }
      if constexpr (Link::kIsLossy) {
        if (const Io lost = give_up_late(now); lost != Io::kOk) return lost;
      }
      if (!take_answers(now)) [[unlikely]]
        return Io::kError;
      timeline_.show(counters);
      if (timeline_.attempts(counters) >= timeline_.target()) [[unlikely]] {
        link_.refresh();
        if (!timeline_.on_target(now, counters)) return Io::kOk;
      }
      if (stop_.is_set()) [[unlikely]]
        return Io::kStopped;
      if (free_.empty()) continue;
      now = timeline_.clock().now();
      begin_free(now);
    }
  }

  /// What was wrong with what came, where `run` ended with kError for it.
  const char* problem() const noexcept { return problem_; }

 private:
  struct Slot {
    std::uint64_t began = 0;
    std::uint64_t number = 0;
    bool is_under_way = false;
    bool is_offered = false;
  };

  std::uint32_t flow_of(std::uint32_t slot) const noexcept { return slot / shape_.inflight; }

  void begin_free(std::uint64_t now) noexcept {
    const std::uint64_t attempts = Timeline<Clock>::attempts(link_.counters());
    while (!free_.empty() && attempts + under_way_ < timeline_.target()) {
      const std::uint32_t slot = free_.back();
      free_.pop_back();
      slots_[slot] = {now, next_numbers_[flow_of(slot)]++, true, false};
      ++under_way_;
      unoffered_.push_back(slot);
    }
  }

  /// In the order in which they were begun, as far as there is room.
  Io offer_all() noexcept {
    std::size_t left = 0;
    for (std::size_t at = 0; at < unoffered_.size(); ++at) {
      const std::uint32_t slot = unoffered_[at];
      const MessageHead head{shape_.request_bytes,
                             flow_of(slot),
                             slots_[slot].number,
                             timeline_.clock().to_ns(slots_[slot].began),
                             {slot, shape_.response_bytes}};
      const Io io = link_.offer(head);
      if (io == Io::kOk) [[likely]] {
        slots_[slot].is_offered = true;
        continue;
      }
      if (io != Io::kFull) return io;
      unoffered_[left++] = slot;
    }
    unoffered_.resize(left);
    return Io::kOk;
  }

  /// False when an answer is none.
  bool take_answers(std::uint64_t now) noexcept {
    Counters& counters = link_.counters();
    const auto answers = link_.arrivals();
    for (const MessageHead& head : answers) {
      if (!answers_request(head)) [[unlikely]] {
        if constexpr (Link::kIsLossy) {
          counters.late += 1;
          continue;
        }
        problem_ = "the peer answered what had not been asked";
        return false;
      }
      const auto slot = static_cast<std::uint32_t>(head.words[0]);
      slots_[slot].is_under_way = false;
      --under_way_;
      free_.push_back(slot);
      histogram_.record(timeline_.clock().to_ns(now - slots_[slot].began));
      counters.messages += 1;
      counters.bytes += head.length;
      answered_at_ = now;
    }
    link_.taken(answers.size());
    return true;
  }

  bool answers_request(const MessageHead& head) const noexcept {
    if (head.words[0] >= slots_.size()) return false;
    const auto slot = static_cast<std::uint32_t>(head.words[0]);
    const Slot& asked = slots_[slot];
    return asked.is_offered && asked.is_under_way && asked.number == head.number &&
           flow_of(slot) == head.flow && head.length == shape_.response_bytes;
  }

  std::uint64_t limit_ns(std::uint64_t now) const noexcept {
    if constexpr (!Link::kIsLossy) return kNoLimit;
    return due_ > now ? timeline_.clock().to_ns(due_ - now) : 0;
  }

  /// What is not answered by now is lost.
  Io give_up_late(std::uint64_t now) noexcept {
    if (now < due_) [[likely]]
      return Io::kOk;
    due_ = now + timeout_ticks_;
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
      Slot& asked = slots_[slot];
      // One that waits for room is not lost: its age counts.
      if (!asked.is_under_way || !asked.is_offered) continue;
      if (now - asked.began < timeout_ticks_) {
        due_ = asked.began + timeout_ticks_ < due_ ? asked.began + timeout_ticks_ : due_;
        continue;
      }
      asked.is_under_way = false;
      --under_way_;
      free_.push_back(slot);
      link_.counters().lost += 1;
    }
    return timeline_.clock().to_ns(now - answered_at_) >= shape_.idle_timeout_ns ? Io::kStalled
                                                                                  : Io::kOk;
  }

  Link& link_;
  RrShape shape_;
  Timeline<Clock>& timeline_;
  Histogram& histogram_;
  const StopFlag& stop_;
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> next_numbers_;
  /// Begun, and not offered yet for want of room.
  std::vector<std::uint32_t> unoffered_;
  std::vector<std::uint32_t> free_;
  std::uint64_t under_way_ = 0;
  std::uint64_t timeout_ticks_ = 0;
  /// Nothing is late before this.
  std::uint64_t due_ = 0;
  std::uint64_t answered_at_ = 0;
  const char* problem_ = nullptr;
};

/// Answers what is asked, until it is stopped or the initiator goes. What it cannot answer for want
/// of room it takes in no more of. With kError `problem` may say what was wrong with what came.
template <MessageLink Link, class Clock>
Io run_rr_responder(Link& link, const RrShape& shape, Timeline<Clock>& follower,
                    const StopFlag& stop, const char*& problem) {
  ClockRation ration(shape.request_bytes <= 4096 ? 63 : 0);
  Counters& counters = link.counters();
  std::uint64_t turns = 0;
  follower.start(counters);
  std::uint64_t read_at = follower.clock().now();
  for (;;) {
    const Io io = link.wait(kNoLimit);
    if (io != Io::kOk && io != Io::kDue) [[unlikely]]
      return io;
    const Counters before = counters;
    const auto requests = link.arrivals();
    std::size_t answered = 0;
    for (const MessageHead& head : requests) {
      if (head.words[1] > shape.response_bytes) [[unlikely]] {
        problem = "the peer asked for a longer answer than was agreed on";
        return Io::kError;
      }
      const MessageHead answer{static_cast<std::uint32_t>(head.words[1]),
                               head.flow,
                               head.number,
                               head.intended_ns,
                               {head.words[0], 0}};
      const Io out = link.offer(answer);
      if (out == Io::kFull) break;
      if (out != Io::kOk) [[unlikely]]
        return out;
      ++answered;
      counters.messages += 1;
      counters.bytes += head.length;
    }
    link.taken(answered);
    if (io == Io::kDue || ration.is_due(turns++)) [[unlikely]] {
      const std::uint64_t now = follower.clock().now();
      ration.read(follower.clock().to_ns(now - read_at));
      read_at = now;
      if (now >= follower.next_edge()) follower.on_edge(now, before, link);
    }
    if (stop.is_set()) [[unlikely]]
      return Io::kStopped;
  }
}

}  // namespace xr
