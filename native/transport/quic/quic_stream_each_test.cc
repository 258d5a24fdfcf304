#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/test.h"
#include "transport/message/message_contract.h"
#include "transport/quic/quic_incoming_messages.h"
#include "transport/quic/quic_message_world.h"
#include "transport/quic/quic_outgoing_messages.h"
#include "transport/quic/quic_simulation.h"

// A stream for each message: what it is for, and what a hostile peer may do with it.

namespace {

using xr::Io;
using xr::kMessageHeadBytes;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::MessageHead;
using xr::MessageShape;
using xr::MessageTrouble;
using xr::QuicConnection;
using xr::QuicIncomingMessages;
using xr::QuicOutgoingMessages;
using xr::QuicSetup;
using xr::QuicStreamEvents;
using xr::Side;
using xr::WaitPolicy;
using xr::test::contract_shape;
using xr::test::QuicPath;
using xr::test::QuicSimulation;

/// A client whose messages go to a server, each on a stream of its own, on a clock of their own.
class OneWayStreams {
 public:
  static constexpr unsigned kStreams = 64;

  OneWayStreams(const QuicPath& path, MessageShape shape, unsigned seed = 1,
                std::uint64_t window_bytes = std::uint64_t{2} << 20)
      : shape_(std::move(shape)),
        incoming_(kStreams),
        simulation(path, seed, [&](QuicSetup& client, QuicSetup& server) {
          for (QuicSetup* setup : {&client, &server}) {
            setup->options.window_bytes = window_bytes;
            setup->peer_streams = kStreams;
          }
          client.stream_events = &client_events_;
          server.stream_events = &server_events_;
        }) {
    shape_.side = Side::kClient;
    outgoing_.emplace(shape_, kStreams);
    shape_.side = Side::kServer;
    CHECK(simulation.establish());
    simulation.run(kNsPerSec, [] { return false; });
    client_ = simulation.client.get();
    server_ = simulation.server.get();
    server_->inbox().holds_credit = true;
    simulation.client_writes = [this](QuicConnection& connection, std::uint8_t* to,
                                      std::uint64_t now_ns) {
      outgoing_->begin_turn(connection);
      return outgoing_->write(connection, to, now_ns);
    };
    simulation.server_writes = [this](QuicConnection& connection, std::uint8_t* to,
                                      std::uint64_t now_ns) {
      const ngtcp2_ssize ends = incoming_.write_ends(connection, to, now_ns);
      std::size_t taken = 0;
      return ends == NGTCP2_ERR_WRITE_MORE ? connection.write(to, -1, nullptr, 0, taken, now_ns)
                                           : ends;
    };
  }

  bool begin(std::uint64_t number, std::uint32_t bytes) {
    return outgoing_->begin(*client_, {bytes, 0, number, 77, {}});
  }

  /// What is there is taken, and may come again.
  void take() {
    server_->give_credit(std::exchange(held_bytes_, 0));
    incoming_.return_streams(*server_);
  }

  /// Until so many have arrived, all that came before taken; false when that takes longer than an
  /// hour.
  bool receive(std::size_t count) {
    return exchange(count, [](std::uint64_t) { return false; });
  }

  /// … of which `begin_next` begins each when it can, by its number; false: not now.
  template <class BeginNext>
  bool exchange(std::size_t count, const BeginNext& begin_next) {
    std::uint64_t begun = 0;
    return simulation.run(3600 * kNsPerSec, [&] {
      CHECK(is_sane_ && incoming_.trouble() == MessageTrouble::kNone);
      take();
      while (begun < count && begin_next(begun)) ++begun;
      return arrived.size() >= count;
    });
  }

  struct Arrival {
    std::uint64_t number;
    std::uint64_t at_ns;
  };
  std::vector<Arrival> arrived;

 private:
  static void on_data(void* self, std::int64_t id, void* state, const std::uint8_t* data,
                      std::size_t length, bool last) noexcept {
    auto& streams = *static_cast<OneWayStreams*>(self);
    streams.held_bytes_ += length;
    const MessageHead* head = streams.incoming_.take(*streams.server_, streams.shape_, id, state,
                                                     data, length, last);
    if (head != nullptr) streams.arrived.push_back({head->number, streams.simulation.now_ns()});
  }
  static void on_closed(void* self, std::int64_t, void* state) noexcept {
    auto& streams = *static_cast<OneWayStreams*>(self);
    streams.is_sane_ = streams.outgoing_->closed(state) && streams.is_sane_;
  }

  MessageShape shape_;
  std::optional<QuicOutgoingMessages> outgoing_;
  QuicIncomingMessages incoming_;
  std::uint64_t held_bytes_ = 0;
  /// Nothing came back, and each stream was closed behind its message.
  bool is_sane_ = true;
  QuicConnection* client_ = nullptr;
  QuicConnection* server_ = nullptr;
  QuicStreamEvents client_events_{
      this,
      [](void* self, std::int64_t, void*, const std::uint8_t*, std::size_t length, bool) {
        if (length != 0) static_cast<OneWayStreams*>(self)->is_sane_ = false;
      },
      [](void*, std::int64_t, void*, std::uint64_t) {},
      &OneWayStreams::on_closed,
  };
  QuicStreamEvents server_events_{
      this,
      &OneWayStreams::on_data,
      [](void*, std::int64_t, void*, std::uint64_t) {},
      [](void*, std::int64_t, void*) {},
  };

 public:
  QuicSimulation simulation;
};

constexpr std::uint64_t kDelayNs = 5 * kNsPerMs;
constexpr unsigned kMessages = 10;
constexpr std::uint32_t kMessageBytes = 1000;
/// Of those that carry them, the packet that is lost.
constexpr std::uint64_t kLost = 2;

/// How many of ten messages that are sent at once come later than the path takes, when one packet
/// of them is lost.
unsigned late_with_a_stream_each() {
  OneWayStreams streams({0, 0, 0, kDelayNs}, contract_shape(kMessageBytes));
  const std::uint64_t first = streams.simulation.to_server.sent;
  const std::uint64_t start_ns = streams.simulation.now_ns();
  streams.simulation.loses = [=](std::uint64_t number) { return number == first + kLost; };
  for (unsigned i = 0; i < kMessages; ++i) CHECK(streams.begin(i, kMessageBytes));
  CHECK(streams.receive(kMessages));
  CHECK_EQ(streams.simulation.to_server.dropped, 1u);
  return static_cast<unsigned>(std::count_if(
      streams.arrived.begin(), streams.arrived.end(),
      [&](const auto& one) { return one.at_ns > start_ns + 2 * kDelayNs; }));
}

unsigned late_with_one_stream() {
  QuicSimulation simulation({0, 0, 0, kDelayNs});
  CHECK(simulation.establish());
  simulation.run(kNsPerSec, [] { return false; });
  const std::uint64_t first = simulation.to_server.sent;
  const std::uint64_t start_ns = simulation.now_ns();
  simulation.loses = [=](std::uint64_t number) { return number == first + kLost; };
  constexpr std::size_t kEach = kMessageHeadBytes + kMessageBytes;
  const auto bytes = xr::test::some_bytes(kEach * kMessages);
  simulation.offer(bytes, simulation.client->open_bidi_stream());
  unsigned late = kMessages;
  CHECK(simulation.run(60 * kNsPerSec, [&] {
    const auto whole = static_cast<unsigned>(simulation.server->inbox().bytes / kEach);
    if (simulation.now_ns() <= start_ns + 2 * kDelayNs) late = kMessages - whole;
    return whole == kMessages;
  }));
  CHECK_EQ(simulation.to_server.dropped, 1u);
  return late;
}

TEST("quic stream-each: a packet that is lost holds back what was in it and nothing else") {
  // In the packet were parts of at most three.
  const unsigned each = late_with_a_stream_each();
  CHECK(each >= 1);
  CHECK(each <= 3);
  // Of one stream everything behind it waits for its repeat.
  CHECK(late_with_one_stream() >= kMessages - kLost - 1);
}

TEST("quic stream-each: a message that was begun later does not wait for a long one") {
  for (const bool verify : {false, true}) {
    constexpr std::uint32_t kLong = 8 << 20;
    MessageShape shape = contract_shape(kLong);
    shape.verify = verify;
    OneWayStreams streams({0, 0, 0, kDelayNs}, shape);
    CHECK(streams.begin(0, kLong));
    CHECK(streams.begin(1, 64));
    const std::uint64_t start_ns = streams.simulation.now_ns();
    CHECK(streams.receive(2));
    CHECK_EQ(streams.arrived[0].number, 1u);
    CHECK(streams.arrived[0].at_ns <= start_ns + 2 * kDelayNs);
    CHECK(streams.arrived[1].at_ns > start_ns + 4 * kDelayNs);
  }
}

TEST("quic stream-each: whatever the path does, each message arrives once and as it was sent") {
  struct Case {
    double loss;
    double reordering;
    std::uint64_t window_bytes;
  };
  for (const auto& [loss, reordering, window_bytes] :
       {Case{0, 0, 1024}, Case{0.05, 0.05, 4096}, Case{0.02, 0.2, 65'536},
        Case{0.1, 0.05, std::uint64_t{2} << 20}}) {
    QuicPath path{loss, reordering, 0, kNsPerMs};
    path.duplication = 0.05;
    OneWayStreams streams(path, contract_shape(300'000), 3, window_bytes);
    const auto sizes = xr::test::contract_sizes(20'000);
    // Long ones among the short ones, and more than may be under way.
    const std::uint64_t count = 2 * OneWayStreams::kStreams;
    CHECK(streams.exchange(count, [&](std::uint64_t number) {
      const bool is_long = number % 40 == 3;
      return streams.begin(number, is_long ? 300'000 : sizes[number % sizes.size()]);
    }));
    std::vector<std::uint64_t> numbers;
    for (const auto& one : streams.arrived) numbers.push_back(one.number);
    std::sort(numbers.begin(), numbers.end());
    CHECK_EQ(numbers.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) CHECK_EQ(numbers[i], i);
  }
}

TEST("quic stream-each: no more streams are open than the peer gives back") {
  OneWayStreams streams({0, 0, 0, kDelayNs}, contract_shape(16));
  std::uint64_t number = 0;
  while (streams.begin(number, 16)) ++number;
  CHECK_EQ(number, OneWayStreams::kStreams);
  // All of them have come, and none was taken.
  CHECK(!streams.simulation.run(10 * kNsPerSec, [&] { return streams.begin(number, 16); }));
  CHECK_EQ(streams.arrived.size(), OneWayStreams::kStreams);
  CHECK(streams.simulation.run(10 * kNsPerSec, [&] {
    streams.take();
    return streams.begin(number, 16);
  }));
}

TEST("quic stream-each: streams that are done with leave nothing behind") {
  OneWayStreams streams({0, 0, 0, kNsPerMs}, contract_shape(16));
  const auto exchange = [&](std::size_t count) {
    CHECK(streams.exchange(count, [&](std::uint64_t number) { return streams.begin(number, 16); }));
    streams.arrived.clear();
  };
  constexpr std::size_t kMany = 20'000;
  streams.arrived.reserve(kMany);
  // What is kept for the next has its size by then.
  exchange(kMany / 2);
  const auto before = mallinfo2().uordblks;
  exchange(kMany);
  // Some bytes for each message would be more.
  CHECK(mallinfo2().uordblks < before + 10 * kMany);
}

// What a peer may do.

using World = xr::test::QuicMessageWorld<xr::QuicMessages::kStreamEach, WaitPolicy::kBlock>;
using Bytes = std::vector<std::uint8_t>;

Bytes message(const MessageHead& head, std::size_t payload) {
  Bytes bytes(kMessageHeadBytes + payload);
  xr::write_head(bytes.data(), head);
  xr::write_pattern(bytes.data() + kMessageHeadBytes, payload,
                    xr::pattern_seed(head, Side::kClient));
  return bytes;
}

/// What waits of this end come to, as long as nothing is wrong.
template <class Link>
Io outcome_of(Link& link) {
  Io io = Io::kOk;
  for (int turns = 0; turns < 100 && (io == Io::kOk || io == Io::kDue); ++turns) {
    link.taken(link.arrivals().size());
    io = link.wait(kNsPerMs);
  }
  return io;
}

/// The fault of a server whose client does `act` past its link.
template <class Act>
std::string fault_after(const Act& act) {
  World world(contract_shape(1000));
  act(world, world.connection(Side::kClient));
  const Io io = outcome_of(world.server());
  if (io == Io::kDue) return world.server().flow(0).messages == 1 ? "none" : "nothing";
  CHECK(io == Io::kError);
  // And it stays so.
  CHECK(outcome_of(world.server()) == Io::kError);
  return world.server().fault()->code;
}

TEST("quic stream-each: what is no message, or no stream of one, is a fault and no crash") {
  const MessageHead good{100, 0, 0, 0, {}};
  const auto sends = [](const Bytes& bytes, bool ends, bool both_ways = true) {
    return [=](World& world, QuicConnection& client) {
      const std::int64_t id = both_ways ? client.open_bidi_stream() : client.open_uni_stream();
      world.send(Side::kClient, id, bytes, ends);
    };
  };
  CHECK_EQ(fault_after(sends(message(good, 100), true)), "none");
  CHECK_EQ(fault_after(sends(message({1001, 0, 0, 0, {}}, 1001), true)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(message({~0u, 0, 0, 0, {}}, 0), false)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(message({100, 1, 0, 0, {}}, 100), true)), "BAD_MESSAGE");
  // Ended too early: before the head, in it, in the payload; or not in time.
  CHECK_EQ(fault_after(sends({}, true)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(Bytes(39, 0), true)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(message(good, 99), true)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(message(good, 100), false)), "BAD_MESSAGE");
  CHECK_EQ(fault_after(sends(message(good, 101), true)), "BAD_MESSAGE");
  // On a stream of one way.
  CHECK_EQ(fault_after(sends(message(good, 100), true, false)), "BAD_MESSAGE");
  Bytes damaged = message(good, 100);
  damaged[99] ^= 1;
  CHECK_EQ(fault_after(sends(damaged, true)), "DATA_MISMATCH");
  const auto gives_up = [&](World& world, QuicConnection& client) {
    const std::int64_t id = client.open_bidi_stream();
    world.send(Side::kClient, id, message(good, 50), false);
    client.reset(id, 5);
    world.send_rest(Side::kClient);
  };
  CHECK_EQ(fault_after(gives_up), "BAD_MESSAGE");
}

TEST("quic stream-each: more streams than were agreed on are told apart from those") {
  OneWayStreams streams({}, contract_shape(1000));
  QuicIncomingMessages two(2);
  const Bytes half = message({100, 0, 0, 0, {}}, 50);
  MessageShape shape = contract_shape(1000);
  shape.side = Side::kServer;
  QuicConnection& connection = *streams.simulation.server;
  for (const std::int64_t id : {0, 4, 8}) {
    CHECK(two.take(connection, shape, id, nullptr, half.data(), half.size(), false) == nullptr);
    CHECK_EQ(two.trouble() == MessageTrouble::kNone, id != 8);
  }
}

TEST("quic stream-each: a peer that uses the half without bytes, or stops one, is an error") {
  enum class Act { kSends, kGivesUp, kStops };
  for (const Act act : {Act::kSends, Act::kGivesUp, Act::kStops}) {
    World world(contract_shape(100'000));
    for (std::uint64_t number = 0; number < 40; ++number)
      CHECK(world.client().offer({100'000, 0, number, 0, {}}) == Io::kOk);
    // Something of the last of them, whatever was lost before it, and all of none. Its server is of
    // no use for it behind this question.
    constexpr std::int64_t kLast = 4 * 39;
    QuicConnection& server = world.connection(Side::kServer);
    for (int turns = 0; !server.has_stream(kLast); ++turns) {
      CHECK(turns < 1'000'000);
      CHECK(world.server().wait(0) != Io::kError);
      CHECK(world.client().wait(0) != Io::kError);
    }
    CHECK(world.server().arrivals().empty());
    if (act == Act::kSends) world.send(Side::kServer, kLast, Bytes(7, 1), false);
    if (act == Act::kGivesUp) server.reset(kLast, 5);
    if (act == Act::kStops) server.ask_to_stop(kLast, 5);
    world.send_rest(Side::kServer);
    Io io = Io::kOk;
    for (int turns = 0; turns < 100'000 && io != Io::kError; ++turns) {
      world.server().wait(0);
      io = world.client().wait(0);
    }
    CHECK(io == Io::kError);
    CHECK_EQ(world.client().fault()->code, act == Act::kStops ? "QUIC" : "BAD_MESSAGE");
  }
}

}  // namespace
