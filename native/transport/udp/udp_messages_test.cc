#include "transport/udp/udp_messages.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/message/message_contract.h"
#include "transport/wait/waker.h"

namespace {

using xr::Io;
using xr::MessageHead;
using xr::MessageShape;
using xr::Side;
using xr::UniqueFd;
using xr::WaitPolicy;
using xr::test::contract_shape;
using xr::test::udp_pair;

using Datagram = std::vector<std::uint8_t>;

constexpr std::size_t kDatagramBytes = 1400;
constexpr std::uint64_t kUp = 0xffff'ffff'ffff'fff0;
constexpr std::uint64_t kDown = 17;

template <WaitPolicy kWait>
class UdpWorld {
 public:
  static constexpr bool kTellsClosed = false;
  static constexpr bool kTellsFull = false;
  // Of what is under way, all has room in the buffer of a socket.
  static constexpr std::uint32_t kLongestBytes = 65'536;
  static constexpr std::size_t kMostUnderWay = 1;

  explicit UdpWorld(MessageShape shape) {
    const std::uint32_t connections =
        *std::max_element(shape.connection_of_flow.begin(), shape.connection_of_flow.end()) + 1;
    std::array<std::vector<xr::UdpMessageEnd>, 2> ends;
    for (std::uint32_t i = 0; i < connections; ++i) {
      auto [client, server] = udp_pair();
      ends[0].push_back({client.get(), kUp, kDown});
      ends[1].push_back({server.get(), kDown, kUp});
      ends_[0].waker.watch(client.get());
      ends_[1].waker.watch(server.get());
      ends_[0].fds.push_back(std::move(client));
      ends_[1].fds.push_back(std::move(server));
    }
    for (const std::size_t side : {0u, 1u}) {
      shape.side = side == 0 ? Side::kClient : Side::kServer;
      ends_[side].link.emplace(ends[side], kDatagramBytes, shape, ends_[side].waker.flag());
    }
  }

  xr::UdpMessages<kWait>& client() { return *ends_[0].link; }
  xr::UdpMessages<kWait>& server() { return *ends_[1].link; }
  void stop(Side side) { ends_[side == Side::kClient ? 0 : 1].waker.stop(); }

 private:
  struct End {
    std::vector<UniqueFd> fds;
    xr::Waker waker;
    std::optional<xr::UdpMessages<kWait>> link;
  };
  std::array<End, 2> ends_;
};

TEST("messages over udp: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<UdpWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over udp: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<UdpWorld<WaitPolicy::kSpin>>(false)));
}

/// A sender whose datagrams do what a test wants on their way to a receiver.
class BadPath {
 public:
  explicit BadPath(std::uint32_t flows = 1)
      : shape_(contract_shape(100'000, 1, flows)),
        sender_({{out_[0].get(), kUp, kDown}}, kDatagramBytes, shape_, stop_),
        receiver_({{in_[1].get(), kDown, kUp}}, kDatagramBytes, server_shape(), stop_) {}

  /// The datagrams of a message.
  std::vector<Datagram> send(std::uint32_t bytes, std::uint32_t flow = 0) {
    numbers_.resize(shape_.connection_of_flow.size(), 0);
    CHECK(sender_.offer({bytes, flow, numbers_[flow]++, 0, {}}) == Io::kOk);
    std::vector<Datagram> datagrams;
    Datagram datagram(kDatagramBytes);
    for (;;) {
      const ssize_t got = ::recv(out_[1].get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
      if (got < 0) return datagrams;
      datagrams.emplace_back(datagram.begin(), datagram.begin() + got);
    }
  }

  /// Numbers of the messages that this completes.
  std::vector<std::uint64_t> arrive(const std::vector<Datagram>& datagrams) {
    std::vector<std::uint64_t> numbers;
    for (const Datagram& datagram : datagrams) {
      CHECK_EQ(::send(in_[0].get(), datagram.data(), datagram.size(), 0),
               static_cast<ssize_t>(datagram.size()));
      for (Io io = Io::kOk; io == Io::kOk;) {
        io = receiver_.wait(0);
        CHECK(io == Io::kOk || io == Io::kDue);
        for (const MessageHead& head : receiver_.arrivals()) numbers.push_back(head.number);
        receiver_.taken(receiver_.arrivals().size());
      }
    }
    return numbers;
  }

  Io arrive_badly(const Datagram& datagram, std::uint64_t limit_ns = 0) {
    CHECK_EQ(::send(in_[0].get(), datagram.data(), datagram.size(), 0),
             static_cast<ssize_t>(datagram.size()));
    return receiver_.wait(limit_ns);
  }

  xr::UdpMessages<WaitPolicy::kBlock>& receiver() { return receiver_; }
  const xr::FlowCounters& flow(std::uint32_t number = 0) const { return receiver_.flow(number); }

 private:
  MessageShape server_shape() const {
    MessageShape shape = shape_;
    shape.side = Side::kServer;
    return shape;
  }

  std::array<UniqueFd, 2> out_ = udp_pair();
  std::array<UniqueFd, 2> in_ = udp_pair();
  xr::StopFlag stop_;
  MessageShape shape_;
  xr::UdpMessages<WaitPolicy::kBlock> sender_;
  xr::UdpMessages<WaitPolicy::kBlock> receiver_;
  std::vector<std::uint64_t> numbers_;
};

using Numbers = std::vector<std::uint64_t>;

TEST("messages over udp: of what is lost nothing has come, of what is incomplete some") {
  BadPath path;
  CHECK(path.arrive(path.send(10'000)) == Numbers{0});
  path.send(10'000);
  auto part = path.send(10'000);
  part.erase(part.begin() + 3);
  CHECK(path.arrive(part).empty());
  CHECK(path.arrive(path.send(10)) == Numbers{3});
  CHECK_EQ(path.flow().messages, 2u);
  CHECK_EQ(path.flow().lost + path.flow().incomplete, 2u);
  // When others have come since, nothing of it does any more.
  for (int i = 0; i < 20; ++i) {
    auto more = path.send(5000);
    more.pop_back();
    path.arrive(more);
  }
  CHECK_EQ(path.flow().messages, 2u);
  CHECK_EQ(path.flow().lost, 1u);
  CHECK_EQ(path.flow().incomplete, 5u);
}

TEST("messages over udp: fragments in any order, and twice, make each message once") {
  std::mt19937 random(3);
  BadPath path(2);
  for (std::uint64_t round = 0; round < 100; ++round) {
    std::vector<Datagram> all;
    for (const std::uint32_t flow : {0u, 1u, 0u}) {
      const auto some = path.send(static_cast<std::uint32_t>(random() % 12'000), flow);
      all.insert(all.end(), some.begin(), some.end());
    }
    const auto again = all;
    all.insert(all.end(), again.begin(), again.end());
    std::shuffle(all.begin(), all.end(), random);
    CHECK_EQ(path.arrive(all).size(), 3u);
  }
  path.receiver().refresh();
  CHECK(path.receiver().counters().duplicates > 0);
  CHECK_EQ(path.flow(0).messages, 200u);
  CHECK_EQ(path.flow(1).messages, 100u);
  for (const std::uint32_t flow : {0u, 1u}) {
    CHECK_EQ(path.flow(flow).lost, 0u);
    CHECK_EQ(path.flow(flow).incomplete, 0u);
  }
}

TEST("messages over udp: one that was overtaken is not lost") {
  BadPath path;
  const auto first = path.send(100);
  CHECK(path.arrive(path.send(100)) == Numbers{1});
  CHECK_EQ(path.flow().lost, 1u);
  CHECK(path.arrive(first) == Numbers{0});
  CHECK_EQ(path.flow().lost, 0u);
  path.receiver().refresh();
  CHECK_EQ(path.receiver().counters().reordered, 1u);
}

TEST("messages over udp: what a stranger sends is nothing") {
  BadPath path;
  const auto message = path.send(100);
  std::mt19937_64 random(9);
  for (int round = 0; round < 1000; ++round) {
    Datagram stranger = message[0];
    for (std::size_t at = 0; at < 8; ++at) stranger[at] = static_cast<std::uint8_t>(random());
    stranger.resize(1 + random() % stranger.size());
    CHECK(path.arrive({stranger}).empty());
  }
  CHECK(path.arrive(message) == Numbers{0});
}

TEST("messages over udp: an empty datagram is a stranger's, and ends a wait") {
  for (const std::uint64_t limit_ns : {std::uint64_t{0}, xr::kNsPerMs, xr::kMessageNapNs}) {
    BadPath path;
    const auto message = path.send(100);
    const Datagram empty;
    for (std::uint64_t strangers = 1; strangers < 200; ++strangers) {
      CHECK(path.arrive_badly(empty, limit_ns) == Io::kDue);
      CHECK_EQ(path.receiver().counters().strangers, strangers);
    }
    CHECK(path.arrive({empty, message[0]}) == Numbers{0});
  }
}

TEST("messages over udp: a datagram that was not agreed on is a fault") {
  const auto spoilt = [](std::size_t at, std::uint8_t value) {
    BadPath path;
    // Of two fragments, that which has the head.
    auto message = path.send(2000);
    CHECK_EQ(message.size(), 2u);
    message[0][at] = value;
    const Io io = path.arrive_badly(message[0]);
    return std::pair(io, path.receiver().fault());
  };
  // Flow, fragment beyond their number, none at all, flow of the head, length of the head.
  using Change = std::pair<std::size_t, std::uint8_t>;
  for (const auto& [at, value] :
       {Change{8, 1}, Change{12, 2}, Change{14, 0}, Change{20, 1}, Change{19, 1}}) {
    const auto [io, fault] = spoilt(at, value);
    CHECK(io == Io::kError);
    CHECK_EQ(fault->code, "BAD_MESSAGE");
  }
  const auto [io, fault] = spoilt(700, 0);
  CHECK(io == Io::kError);
  CHECK_EQ(fault->code, "DATA_MISMATCH");
  // Whose parts do not make up its length.
  BadPath path;
  auto message = path.send(2000);
  message[1].pop_back();
  CHECK(path.arrive_badly(message[0]) == Io::kDue);
  CHECK(path.arrive_badly(message[1]) == Io::kError);
  CHECK_EQ(path.receiver().fault()->code, "BAD_MESSAGE");
}

}  // namespace
