#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <type_traits>
#include <vector>

#include "base/units.h"
#include "measure/clock.h"
#include "test/test.h"
#include "transport/message/message_shape.h"
#include "workload/message_link.h"

// For tests: what holds for the message link of every transport. A world is both ends of one, with
//   World(shape)       `shape` but for the side, two links joined
//   client(), server() the links
//   stop(side)         as its endpoint would be stopped
//   close(side)        as its process would end
//   kTellsClosed       whether an end learns that the other has gone
//   kTellsFull         whether a peer that does not read is noticed
//   kLongestBytes      the longest message that arrives if nothing is in its way
//   kMostUnderWay      as many messages at once
// and, where it is so,
//   kOvertakes         messages of one flow may overtake one another
//   kMostConnections   as many belong to one link; more are joined (joined_world.h)

namespace xr::test {

inline constexpr std::uint64_t kContractPatienceNs = 30 * kNsPerSec;

inline MessageShape contract_shape(std::uint32_t longest_bytes, std::uint32_t connections = 1,
                                   std::uint32_t flows_each = 1) {
  MessageShape shape;
  shape.longest_bytes = longest_bytes;
  // Flow by flow, so that neighbours belong to different connections.
  for (std::uint32_t flow = 0; flow < connections * flows_each; ++flow)
    shape.connection_of_flow.push_back(flow % connections);
  shape.idle_timeout_ns = kContractPatienceNs;
  shape.verify = true;
  return shape;
}

template <class World>
constexpr bool overtakes() {
  if constexpr (requires { World::kOvertakes; }) return World::kOvertakes;
  return false;
}

/// As many of these as a world has.
template <class World>
constexpr std::uint32_t connections_of(std::uint32_t wanted) {
  if constexpr (requires { World::kMostConnections; })
    return std::min(wanted, World::kMostConnections);
  return wanted;
}

/// The messages of one flow that have come, each once.
class SeenMessages {
 public:
  void add(std::uint64_t number, bool in_order) {
    if (in_order) CHECK_EQ(number, count_);
    if (seen_.size() <= number) seen_.resize(number + 1, false);
    CHECK(!seen_[number]);
    seen_[number] = true;
    ++count_;
  }
  std::uint64_t count() const noexcept { return count_; }
  /// None is missing between them.
  bool is_whole() const noexcept { return count_ == seen_.size(); }

 private:
  std::vector<bool> seen_;
  std::uint64_t count_ = 0;
};

/// Everything that is to go one way, in order, and what has come of it.
template <class World, class Sender, class Receiver>
class OneWay {
 public:
  OneWay(Sender& sender, Receiver& receiver) : sender_(sender), receiver_(receiver) {}

  void add(std::uint32_t flow, std::uint32_t bytes) {
    if (numbers_.size() <= flow) numbers_.resize(flow + 1, 0);
    waiting_.push_back({bytes, flow, numbers_[flow]++, 77, {bytes * 3ull, flow + 5ull}});
  }

  /// As many as there is room for, and at most so many that have not arrived.
  void offer(std::size_t most) {
    std::size_t left = 0;
    for (const MessageHead& head : waiting_) {
      const Io io = offered_ - received_ < most ? sender_.offer(head) : Io::kFull;
      CHECK(io == Io::kOk || io == Io::kFull);
      if (io == Io::kFull) {
        waiting_[left++] = head;
      } else {
        ++offered_;
      }
    }
    waiting_.resize(left);
  }

  /// What is there, each of its flow once, and in the order in which it was offered.
  void take() {
    for (const MessageHead& head : receiver_.arrivals()) {
      CHECK(head.flow < numbers_.size());
      if (seen_.size() <= head.flow) seen_.resize(head.flow + 1);
      seen_[head.flow].add(head.number, !overtakes<World>());
      CHECK_EQ(head.intended_ns, 77u);
      CHECK_EQ(head.words[0], head.length * 3ull);
      CHECK_EQ(head.words[1], head.flow + 5ull);
      ++received_;
    }
    receiver_.taken(receiver_.arrivals().size());
  }

  std::size_t received() const { return received_; }

 private:
  Sender& sender_;
  Receiver& receiver_;
  std::vector<MessageHead> waiting_;
  std::vector<std::uint64_t> numbers_;
  std::vector<SeenMessages> seen_;
  std::size_t offered_ = 0;
  std::size_t received_ = 0;
};

template <class World>
auto upward(World& world) {
  using Link = std::remove_reference_t<decltype(world.client())>;
  using Other = std::remove_reference_t<decltype(world.server())>;
  return OneWay<World, Link, Other>(world.client(), world.server());
}
template <class World>
auto downward(World& world) {
  using Link = std::remove_reference_t<decltype(world.server())>;
  using Other = std::remove_reference_t<decltype(world.client())>;
  return OneWay<World, Link, Other>(world.server(), world.client());
}

/// Goes on at both ends, on this thread, until `done`.
template <class World, class Done>
void pump(World& world, const Done& done) {
  const std::uint64_t end_ns = monotonic_raw_ns() + kContractPatienceNs;
  while (!done()) {
    for (const Io io : {world.client().wait(0), world.server().wait(0)})
      CHECK(io == Io::kOk || io == Io::kDue);
    CHECK(monotonic_raw_ns() < end_ns);
  }
}

/// Sizes on both sides of every limit there is on the way.
inline std::vector<std::uint32_t> contract_sizes(std::uint32_t longest_bytes) {
  std::vector<std::uint32_t> sizes{0, 1, 2, 7, 8, 9, 64, 1000};
  for (const std::uint32_t limit :
       {static_cast<std::uint32_t>(kMessageHeadBytes), 1400u, 4096u, 16'384u, 32'768u, 65'536u,
        262'144u, 1'048'576u}) {
    for (const std::uint32_t head : {0u, static_cast<std::uint32_t>(kMessageHeadBytes)}) {
      for (std::uint32_t off = 0; off < 3; ++off) sizes.push_back(limit - head + off - 1);
    }
  }
  std::erase_if(sizes, [&](std::uint32_t size) { return size >= longest_bytes; });
  sizes.push_back(longest_bytes);
  return sizes;
}

template <class World>
void check_sizes_arrive_in_order() {
  World world(contract_shape(World::kLongestBytes));
  auto up = upward(world);
  auto down = downward(world);
  const auto sizes = contract_sizes(World::kLongestBytes);
  for (const std::uint32_t size : sizes) {
    up.add(0, size);
    down.add(0, size);
  }
  pump(world, [&] {
    up.offer(World::kMostUnderWay);
    down.offer(World::kMostUnderWay);
    up.take();
    down.take();
    return up.received() == sizes.size() && down.received() == sizes.size();
  });
  CHECK_EQ(world.server().flow(0).messages, sizes.size());
}

template <class World>
void check_flows_are_apart() {
  constexpr std::uint32_t kConnections = connections_of<World>(5);
  constexpr std::uint32_t kEach = 3;
  constexpr std::uint32_t kMessages = 40;
  World world(contract_shape(20'000, kConnections, kEach));
  auto up = upward(world);
  auto down = downward(world);
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    for (std::uint32_t flow = 0; flow < kConnections * kEach; ++flow) {
      up.add(flow, (i * 997 + flow * 131) % 20'001);
      down.add(flow, (i * 499 + flow * 17) % 20'001);
    }
  }
  const std::size_t all = std::size_t{kMessages} * kConnections * kEach;
  pump(world, [&] {
    up.offer(World::kMostUnderWay);
    down.offer(World::kMostUnderWay);
    up.take();
    down.take();
    return up.received() == all && down.received() == all;
  });
  for (std::uint32_t flow = 0; flow < kConnections * kEach; ++flow)
    CHECK_EQ(world.client().flow(flow).messages, kMessages);
}

/// Far more small messages than can be held as arrivals: those not taken hold the rest back.
template <class World>
void check_untaken_hold_back() {
  constexpr std::uint32_t kMessages = World::kTellsFull ? 5000 : 100;
  World world(contract_shape(16));
  auto up = upward(world);
  for (std::uint32_t i = 0; i < kMessages; ++i) up.add(0, i % 17);
  up.offer(kMessages);
  pump(world, [&] { return !world.server().arrivals().empty(); });
  const std::size_t held = world.server().arrivals().size();
  for (int i = 0; i < 100; ++i) {
    up.offer(kMessages);
    CHECK(world.server().wait(0) != Io::kError);
    CHECK(world.client().wait(0) != Io::kError);
  }
  CHECK_EQ(world.server().arrivals().size(), held);
  pump(world, [&] {
    up.offer(kMessages);
    up.take();
    return up.received() == kMessages;
  });
}

inline std::uint64_t thread_cpu_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * kNsPerSec +
         static_cast<std::uint64_t>(used.tv_nsec);
}

/// A peer that does not read: at some time there is no room, and a sleeping wait sleeps. What was
/// taken over arrives when it does read.
template <class World>
void check_full_is_told(bool sleeps) {
  World world(contract_shape(100'000));
  MessageHead head{100'000, 0, 0, 0, {}};
  const auto offer_all = [&] {
    Io io = Io::kOk;
    while ((io = world.client().offer(head)) == Io::kOk) CHECK(++head.number < 10'000);
    CHECK(io == Io::kFull);
  };
  offer_all();
  // Some of it may go on its way still, until the buffers of both ends are full.
  Io io = Io::kOk;
  while ((io = world.client().wait(300 * kNsPerMs)) == Io::kOk) offer_all();
  CHECK(io == Io::kDue);
  const std::uint64_t cpu_before = thread_cpu_ns();
  const std::uint64_t end_ns = monotonic_raw_ns() + 200 * kNsPerMs;
  while (monotonic_raw_ns() < end_ns) {
    io = world.client().wait(200 * kNsPerMs);
    CHECK(io == Io::kDue || io == Io::kOk);
    offer_all();
  }
  if (sleeps) CHECK(thread_cpu_ns() - cpu_before < 100 * kNsPerMs);
  const std::uint64_t taken = head.number;
  SeenMessages received;
  pump(world, [&] {
    for (const MessageHead& one : world.server().arrivals())
      received.add(one.number, !overtakes<World>());
    world.server().taken(world.server().arrivals().size());
    return received.count() == taken;
  });
  CHECK(received.is_whole());
  // At the latest when it is told that there is room again.
  pump(world, [&] { return world.client().offer(head) == Io::kOk; });
}

template <class World>
void check_peer_that_goes() {
  for (const std::uint32_t connections : {1u, 3u}) {
    World world(contract_shape(1000, connections_of<World>(connections)));
    world.close(Side::kServer);
    Io io = Io::kDue;
    const std::uint64_t end_ns = monotonic_raw_ns() + kContractPatienceNs;
    while ((io == Io::kDue || io == Io::kOk) && monotonic_raw_ns() < end_ns)
      io = world.client().wait(kNoLimit);
    CHECK(io == Io::kClosed);
  }
}

template <class World>
void check_silence_is_a_stall() {
  MessageShape shape = contract_shape(1000);
  shape.idle_timeout_ns = 100 * kNsPerMs;
  World world(shape);
  Io io = Io::kDue;
  while (io == Io::kDue) io = world.client().wait(kNoLimit);
  CHECK(io == Io::kStalled);
}

/// Stopped while it waits for messages, for room, and before it waits at all.
template <class World>
void check_stops() {
  for (const bool is_full : {false, World::kTellsFull}) {
    for (const std::uint32_t connections : {1u, 3u}) {
      World world(contract_shape(100'000, connections_of<World>(connections)));
      if (is_full) {
        MessageHead head{100'000, 0, 0, 0, {}};
        while (world.client().offer(head) == Io::kOk) ++head.number;
      }
      std::promise<void> waiting;
      auto waits = std::async(std::launch::async, [&] {
        waiting.set_value();
        Io io = Io::kDue;
        while (io == Io::kDue || io == Io::kOk) io = world.client().wait(kNoLimit);
        return io;
      });
      waiting.get_future().wait();
      world.stop(Side::kClient);
      CHECK(waits.get() == Io::kStopped);
      // What has come by then, or has made room, is told first.
      Io io = Io::kOk;
      while (io == Io::kOk) io = world.client().wait(0);
      CHECK(io == Io::kStopped);
    }
  }
}

/// Nothing comes and a limit is near: the wait ends about then, and far from the nap.
template <class World>
void check_limit_ends_a_wait() {
  for (const std::uint32_t connections : {1u, 3u}) {
    World world(contract_shape(1000, connections_of<World>(connections)));
    for (const std::uint64_t limit_ns : {std::uint64_t{0}, kNsPerMs, 70 * kNsPerMs}) {
      for (std::uint64_t left = limit_ns, end_ns = monotonic_raw_ns() + limit_ns;;) {
        CHECK(world.client().wait(left) == Io::kDue);
        const std::uint64_t now_ns = monotonic_raw_ns();
        if (now_ns >= end_ns) break;
        left = end_ns - now_ns;
      }
    }
  }
}

/// All of it; throws where it does not.
template <class World>
bool keeps_message_contract(bool sleeps) {
  check_sizes_arrive_in_order<World>();
  check_flows_are_apart<World>();
  check_untaken_hold_back<World>();
  if constexpr (World::kTellsFull) check_full_is_told<World>(sleeps);
  if constexpr (World::kTellsClosed) check_peer_that_goes<World>();
  check_silence_is_a_stall<World>();
  check_stops<World>();
  check_limit_ends_a_wait<World>();
  return true;
}

}  // namespace xr::test
