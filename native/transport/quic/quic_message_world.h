#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "measure/clock.h"
#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/message/message_shape.h"
#include "transport/quic/quic_datagram_messages.h"
#include "transport/quic/quic_handshake.h"
#include "transport/quic/quic_simulation.h"
#include "transport/quic/quic_stream_each_messages.h"
#include "transport/quic/quic_stream_messages.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

// For tests: both ends of a message link over one QUIC connection on loopback.

namespace xr::test {

template <QuicMessages kMessages, WaitPolicy kWait>
struct QuicMessagesOf {
  using Link = QuicStreamMessages<kWait>;
};
template <WaitPolicy kWait>
struct QuicMessagesOf<QuicMessages::kStreamEach, kWait> {
  using Link = QuicStreamEachMessages<kWait>;
};
template <WaitPolicy kWait>
struct QuicMessagesOf<QuicMessages::kDatagram, kWait> {
  using Link = QuicDatagramMessages<kWait>;
};

template <QuicMessages kMessages, WaitPolicy kWait>
class QuicMessageWorld {
 public:
  using Link = typename QuicMessagesOf<kMessages, kWait>::Link;

  static constexpr bool kTellsClosed = true;
  static constexpr bool kTellsFull = kMessages != QuicMessages::kDatagram;
  static constexpr bool kOvertakes = kMessages == QuicMessages::kStreamEach;
  static constexpr std::uint32_t kLongestBytes = kTellsFull ? 3'000'001 : 60'000;
  static constexpr std::size_t kMostUnderWay = kTellsFull ? 1000 : 1;
  static constexpr std::uint32_t kMostConnections = 1;
  /// Of each end's, under way at once where each message has one.
  static constexpr unsigned kStreams = 64;
  static constexpr std::uint64_t kWindowBytes = std::uint64_t{2} << 20;

  explicit QuicMessageWorld(MessageShape shape)
      : simulation_({}, 1, [this](QuicSetup& client, QuicSetup& server) {
          for (auto* setup : {&client, &server}) {
            setup->options.messages = kMessages;
            setup->options.window_bytes = kWindowBytes;
            setup->peer_streams = kStreams;
          }
          client.stream_events = &ends_[0].events;
          server.stream_events = &ends_[1].events;
        }) {
    CHECK(simulation_.establish());
    simulation_.run(kNsPerSec, [] { return false; });
    ends_[0].lane.connection = std::move(simulation_.client);
    ends_[1].lane.connection = std::move(simulation_.server);
    auto fds = udp_pair();
    for (std::size_t i = 0; i < 2; ++i) {
      QuicLane& lane = ends_[i].lane;
      lane.fd = std::move(fds[i]);
      set_socket_timeouts(lane.fd.get(), kPacketNapNs, kNsPerSec);
      ends_[i].waker.watch(lane.fd.get(), SHUT_RD);
    }
    if (kMessages == QuicMessages::kStream) {
      ends_[0].lane.streams = {ends_[0].lane.connection->open_bidi_stream()};
      ends_[1].lane.streams = ends_[0].lane.streams;
    }
    make(ends_[0], shape, Side::kClient);
    make(ends_[1], shape, Side::kServer);
  }

  Link& client() { return *ends_[0].link; }
  Link& server() { return *ends_[1].link; }
  QuicConnection& connection(Side side) { return *of(side).lane.connection; }
  /// Bytes past its link, on a stream of any kind, and what else that end has to say.
  void send(Side side, std::int64_t id, std::vector<std::uint8_t> bytes, bool ends) {
    // They stay as they are until they are acknowledged.
    sent_.push_back(std::move(bytes));
    ngtcp2_vec piece{sent_.back().data(), sent_.back().size()};
    std::array<std::uint8_t, 2000> packet{};
    for (bool is_out = false; !is_out;) {
      ngtcp2_ssize taken = -1;
      const ngtcp2_ssize length = connection(side).write_some(
          packet.data(), id, {&piece, 1}, ends, taken, monotonic_raw_ns());
      CHECK(length > 0 || length == NGTCP2_ERR_WRITE_MORE);
      if (length > 0) send_packet(side, packet.data(), length);
      if (taken > 0) piece = {piece.base + taken, piece.len - static_cast<std::size_t>(taken)};
      is_out = taken >= 0 && piece.len == 0;
    }
    send_rest(side, packet.data());
  }
  void send_rest(Side side) {
    std::array<std::uint8_t, 2000> packet{};
    send_rest(side, packet.data());
  }
  void stop(Side side) { of(side).waker.stop(); }
  void close(Side side) {
    of(side).link.reset();
    say_farewell(of(side).lane);
    of(side).waker.forget_all();
    of(side).lane.connection.reset();
    of(side).lane.fd = {};
  }

 private:
  struct End {
    QuicStreamEvents events{
        nullptr,
        [](void*, std::int64_t, void*, const std::uint8_t*, std::size_t, bool) {},
        [](void*, std::int64_t, void*, std::uint64_t) {},
        [](void*, std::int64_t, void*) {},
    };
    QuicLane lane;
    Waker waker;
    std::optional<Link> link;
  };

  static void make(End& end, MessageShape shape, Side side) {
    shape.side = side;
    const StopFlag& stop = end.waker.flag();
    if constexpr (kMessages == QuicMessages::kStream)
      end.link.emplace(end.lane, end.events, shape, true, kWindowBytes, stop);
    if constexpr (kMessages == QuicMessages::kStreamEach)
      end.link.emplace(end.lane, end.events, shape, true, kStreams, stop);
    if constexpr (kMessages == QuicMessages::kDatagram) {
      const bool is_client = side == Side::kClient;
      end.link.emplace(end.lane, shape, is_client ? 7 : 8, is_client ? 8 : 7, true, stop);
    }
  }
  void send_rest(Side side, std::uint8_t* packet) {
    std::size_t taken = 0;
    while (const ngtcp2_ssize length =
               connection(side).write(packet, -1, nullptr, 0, taken, monotonic_raw_ns())) {
      CHECK(length > 0);
      send_packet(side, packet, length);
    }
  }
  void send_packet(Side side, const std::uint8_t* packet, ngtcp2_ssize length) {
    CHECK_EQ(::send(of(side).lane.fd.get(), packet, static_cast<std::size_t>(length), 0), length);
  }
  End& of(Side side) { return ends_[side == Side::kClient ? 0 : 1]; }

  std::array<End, 2> ends_;
  QuicSimulation simulation_;
  std::deque<std::vector<std::uint8_t>> sent_;
};

}  // namespace xr::test
