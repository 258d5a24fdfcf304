#include "transport/message/socket_carrier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "test/tcp_pair.h"
#include "test/test.h"
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
using xr::test::tcp_pair;

using Ends = std::pair<UniqueFd, UniqueFd>;

template <int kType>
Ends unix_pair() {
  std::array<int, 2> both{};
  CHECK_EQ(::socketpair(AF_UNIX, kType | SOCK_CLOEXEC, 0, both.data()), 0);
  return {UniqueFd(both[0]), UniqueFd(both[1])};
}

/// Over sockets that come in pairs. In packets a message is one.
template <WaitPolicy kWait, Ends (*kPair)(), std::uint32_t kLongest = 3'000'001>
class SocketWorld {
 public:
  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = true;
  static constexpr std::uint32_t kLongestBytes = kLongest;
  static constexpr std::size_t kMostUnderWay = 1000;

  explicit SocketWorld(MessageShape shape) {
    const std::uint32_t connections =
        *std::max_element(shape.connection_of_flow.begin(), shape.connection_of_flow.end()) + 1;
    for (std::uint32_t i = 0; i < connections; ++i) {
      auto [client, server] = kPair();
      ends_[0].fds.push_back(std::move(client));
      ends_[1].fds.push_back(std::move(server));
    }
    make(ends_[0], shape, Side::kClient);
    make(ends_[1], shape, Side::kServer);
  }

  xr::SocketMessages<kWait>& client() { return *ends_[0].link; }
  xr::SocketMessages<kWait>& server() { return *ends_[1].link; }
  void stop(Side side) { of(side).waker.stop(); }
  void close(Side side) {
    of(side).link.reset();
    of(side).fds.clear();
  }

 private:
  struct End {
    std::vector<UniqueFd> fds;
    xr::Waker waker;
    std::optional<xr::SocketMessages<kWait>> link;
  };

  static void make(End& end, MessageShape shape, Side side) {
    shape.side = side;
    std::vector<int> fds;
    for (const UniqueFd& fd : end.fds) {
      fds.push_back(fd.get());
      end.waker.watch(fd.get());
    }
    end.link.emplace(xr::SocketCarrier<kWait>(std::move(fds), end.waker.flag()), shape,
                     end.waker.flag());
  }
  End& of(Side side) { return ends_[side == Side::kClient ? 0 : 1]; }

  std::array<End, 2> ends_;
};

template <WaitPolicy kWait>
using TcpWorld = SocketWorld<kWait, tcp_pair>;
template <WaitPolicy kWait>
using UnixWorld = SocketWorld<kWait, unix_pair<SOCK_STREAM>>;
template <WaitPolicy kWait>
using PacketWorld = SocketWorld<kWait, unix_pair<SOCK_SEQPACKET>, 200'000>;

TEST("messages over tcp: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<TcpWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over tcp: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<TcpWorld<WaitPolicy::kSpin>>(false)));
}

TEST("messages over unix: the contract, sleeping") {
  CHECK((xr::test::keeps_message_contract<UnixWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over unix: the contract, spinning") {
  CHECK((xr::test::keeps_message_contract<UnixWorld<WaitPolicy::kSpin>>(false)));
}

TEST("messages over unix: the contract, in packets, sleeping") {
  CHECK((xr::test::keeps_message_contract<PacketWorld<WaitPolicy::kBlock>>(true)));
}

TEST("messages over unix: the contract, in packets, spinning") {
  CHECK((xr::test::keeps_message_contract<PacketWorld<WaitPolicy::kSpin>>(false)));
}

/// A link, and a peer that sends whatever bytes it likes.
struct Hostile {
  explicit Hostile(const MessageShape& shape = contract_shape(1000))
      : fds(tcp_pair()),
        link(xr::SocketCarrier<WaitPolicy::kBlock>({fds.first.get()}, stop), shape, stop) {}

  void send(const std::vector<std::uint8_t>& bytes) const {
    CHECK_EQ(::send(fds.second.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
             static_cast<ssize_t>(bytes.size()));
  }
  Io outcome() {
    Io io = Io::kDue;
    while (io == Io::kDue || (io == Io::kOk && link.arrivals().empty()))
      io = link.wait(xr::kNoLimit);
    return io;
  }

  std::pair<UniqueFd, UniqueFd> fds;
  xr::StopFlag stop;
  xr::SocketMessages<WaitPolicy::kBlock> link;
};

/// A message of the server, in its bytes.
std::vector<std::uint8_t> bytes_of(const MessageHead& head) {
  std::vector<std::uint8_t> bytes(xr::kMessageHeadBytes + head.length);
  xr::write_head(bytes.data(), head);
  xr::write_pattern(bytes.data() + xr::kMessageHeadBytes, head.length,
                    xr::pattern_seed(head, Side::kServer));
  return bytes;
}

TEST("messages over tcp: a head that was not agreed on is a fault") {
  for (const MessageHead& head :
       {MessageHead{1001, 0, 0, 0, {}}, MessageHead{0xffff'ffff, 0, 0, 0, {}},
        MessageHead{10, 1, 0, 0, {}}, MessageHead{10, 0xffff'ffff, 0, 0, {}}}) {
    Hostile peer;
    std::vector<std::uint8_t> bytes(xr::kMessageHeadBytes);
    xr::write_head(bytes.data(), head);
    peer.send(bytes);
    CHECK(peer.outcome() == Io::kError);
    CHECK_EQ(peer.link.fault()->code, "BAD_MESSAGE");
  }
}

TEST("messages over tcp: a flow of another connection is a fault") {
  MessageShape shape = contract_shape(1000);
  shape.connection_of_flow = {0, 1};
  Hostile peer(shape);
  peer.send(bytes_of({10, 1, 0, 0, {}}));
  CHECK(peer.outcome() == Io::kError);
  CHECK_EQ(peer.link.fault()->code, "BAD_MESSAGE");
}

TEST("messages over tcp: one byte that differs is found, wherever it is") {
  for (const std::size_t at : std::array<std::size_t, 4>{0, 7, 500, 999}) {
    Hostile peer;
    auto bytes = bytes_of({1000, 0, 3, 0, {}});
    bytes[xr::kMessageHeadBytes + at] ^= 0x10;
    peer.send(bytes);
    CHECK(peer.outcome() == Io::kError);
    CHECK_EQ(peer.link.fault()->code, "DATA_MISMATCH");
  }
}

TEST("messages over tcp: messages that are cut anywhere are found whole") {
  std::mt19937 random(1);
  Hostile peer;
  std::vector<std::uint8_t> all;
  std::uint64_t messages = 0;
  for (const std::uint32_t length : {0u, 1u, 39u, 40u, 41u, 1000u, 0u, 0u, 17u}) {
    const auto bytes = bytes_of({length, 0, messages++, 0, {}});
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  std::uint64_t received = 0;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t some = std::min<std::size_t>(1 + random() % 60, all.size() - at);
    peer.send({all.begin() + static_cast<std::ptrdiff_t>(at),
               all.begin() + static_cast<std::ptrdiff_t>(at + some)});
    at += some;
    for (Io io = Io::kOk; io == Io::kOk;) {
      io = peer.link.wait(0);
      CHECK(io == Io::kOk || io == Io::kDue);
      for (const MessageHead& head : peer.link.arrivals()) CHECK_EQ(head.number, received++);
      peer.link.taken(peer.link.arrivals().size());
    }
  }
  while (received < messages) {
    CHECK(peer.outcome() == Io::kOk);
    for (const MessageHead& head : peer.link.arrivals()) CHECK_EQ(head.number, received++);
    peer.link.taken(peer.link.arrivals().size());
  }
}

TEST("messages over tcp: no bytes at all break it") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    Hostile peer;
    std::vector<std::uint8_t> bytes = bytes_of({200, 0, 0, 0, {}});
    const auto more = bytes_of({0, 0, 1, 0, {}});
    bytes.insert(bytes.end(), more.begin(), more.end());
    for (int changes = 0; changes < 3; ++changes)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    bytes.resize(random() % bytes.size() + 1);
    peer.send(bytes);
    peer.fds.second = UniqueFd();
    Io io = Io::kOk;
    while (io == Io::kOk || io == Io::kDue) {
      io = peer.link.wait(xr::kNoLimit);
      peer.link.taken(peer.link.arrivals().size());
    }
    CHECK(io == Io::kClosed || io == Io::kError);
  }
}

}  // namespace
