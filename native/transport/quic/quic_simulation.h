#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "base/units.h"
#include "transport/quic/quic_connection.h"
#include "transport/quic/quic_gate.h"

// For tests: a client and a server without sockets.

namespace xr::test {

using QuicPacket = std::vector<std::uint8_t>;

/// What a path does to packets, by chance.
struct QuicPath {
  double loss = 0;
  double reordering = 0;
  /// Of those that arrive, how many have a byte changed.
  double damage = 0;
  /// One way.
  std::uint64_t delay_ns = 10 * kNsPerUs;
  /// Of those that arrive, how many arrive twice.
  double duplication = 0;
  /// Larger ones, UDP payload, are swallowed; 0 = it carries any.
  std::size_t largest_bytes = 0;
};

/// What the packets of one direction came to.
struct QuicTraffic {
  std::uint64_t sent = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped = 0;
  std::uint64_t arrived = 0;
  /// As they were sent.
  std::vector<QuicPacket> capture;
};

/// Both ends, joined by a path that drops, reorders and damages packets on a clock of its own.
class QuicSimulation {
 public:
  /// May change what both ends know before the first packet.
  using Change = std::function<void(QuicSetup& client, QuicSetup& server)>;

  explicit QuicSimulation(const QuicPath& path, unsigned seed = 1, const Change& change = {},
                          bool retry = false)
      : path_(path), random_(seed), gate_(retry) {
    QuicSetup setup;
    setup.token.fill(7);
    setup.local = parse_address("127.0.0.1", 1111);
    setup.remote = parse_address("127.0.0.1", 2222);
    setup.options.ack_threshold = 2;
    server_setup_ = setup;
    server_setup_.side = Side::kServer;
    server_setup_.identity = &identity();
    std::swap(server_setup_.local, server_setup_.remote);
    setup.pin = &identity().pin();
    if (change) change(setup, server_setup_);
    client = std::make_unique<QuicConnection>(setup, now_ns_);
  }

  /// One key for all: what it costs is not what is tested.
  static const Identity& identity() {
    static const Identity instance;
    return instance;
  }

  bool is_established() const {
    return server && client->is_established() && server->is_established();
  }
  bool establish() {
    return run(60 * kNsPerSec, [this] { return is_established(); });
  }

  /// Runs until `done`, at most for so much simulated time; false when that was not enough or a
  /// connection broke.
  template <class Done>
  bool run(std::uint64_t limit_ns, const Done& done) {
    const std::uint64_t end_ns = now_ns_ + limit_ns;
    while (!done()) {
      if (now_ns_ > end_ns || error_ != 0) return false;
      send(*client, to_server, queue_to_server_);
      if (server) send(*server, to_client, queue_to_client_);
      if (queue_to_server_.empty() && queue_to_client_.empty()) {
        // Nothing is on its way: on to the next timer.
        std::uint64_t due_ns = client->expiry_ns();
        if (server) due_ns = std::min(due_ns, server->expiry_ns());
        if (due_ns > end_ns) return false;
        now_ns_ = std::max(now_ns_ + 1, due_ns);
        note(client->expire(now_ns_));
        if (server) note(server->expire(now_ns_));
        continue;
      }
      now_ns_ += path_.delay_ns;
      std::deque<QuicPacket> for_server;
      std::deque<QuicPacket> for_client;
      for_server.swap(queue_to_server_);
      for_client.swap(queue_to_client_);
      deliver(for_server, to_server, [this](const QuicPacket& packet) { arrive(packet); });
      deliver(for_client, to_client,
              [this](const QuicPacket& packet) { deliver_to_client(packet); });
    }
    return true;
  }

  /// The client sends `bytes` on a new stream; `act` may act on it at each step.
  template <class Act>
  bool transfer(const std::vector<std::uint8_t>& bytes, const Act& act) {
    std::vector<std::uint8_t> arrived(bytes.size());
    server->inbox().ring = arrived.data();
    server->inbox().ring_bytes = arrived.size();
    server->inbox().bytes = 0;
    offer(bytes, client->open_uni_stream());
    const bool complete = run(600 * kNsPerSec, [&] {
      act(*this);
      return server->inbox().bytes >= bytes.size();
    });
    server->inbox().ring = nullptr;
    data_ = nullptr;
    return complete && server->inbox().bytes == bytes.size() && arrived == bytes;
  }

  /// The client is to send `bytes` on the stream, as far as it is let.
  void offer(const std::vector<std::uint8_t>& bytes, std::int64_t stream) {
    data_ = &bytes;
    sent_ = 0;
    stream_ = stream;
  }

  /// A packet of the client's that was written elsewhere goes its way.
  void post(QuicPacket packet) { put(std::move(packet), to_server, queue_to_server_); }

  /// A packet to the server's socket, from wherever.
  void arrive(const QuicPacket& packet) {
    if (!server) {
      QuicAnswer answer;
      server = gate_.admit(server_setup_, packet.data(), packet.size(), now_ns_, answer);
      if (answer.length > 0) {
        ++to_client.sent;
        to_client.bytes += answer.length;
        queue_to_client_.emplace_back(answer.bytes.begin(), answer.bytes.begin() + answer.length);
        to_client.capture.push_back(queue_to_client_.back());
      }
      if (!server) return;
    }
    const int result = server->read(packet.data(), packet.size(), now_ns_);
    // A first packet that is not what it seemed.
    if (result == NGTCP2_ERR_DROP_CONN) {
      server.reset();
    } else {
      note(result);
    }
  }

  /// A packet to the client's socket.
  void deliver_to_client(const QuicPacket& packet) {
    note(client->read(packet.data(), packet.size(), now_ns_));
  }

  /// What an end writes in place of what it would by itself, as `QuicConnection::write` has it.
  using Writer =
      std::function<ngtcp2_ssize(QuicConnection&, std::uint8_t* to, std::uint64_t now_ns)>;
  Writer client_writes;
  Writer server_writes;
  /// Whether a packet to the server is lost, by its place among them, whatever the path does.
  std::function<bool(std::uint64_t number)> loses;

  QuicSetup& server_setup() noexcept { return server_setup_; }
  std::uint64_t now_ns() const noexcept { return now_ns_; }
  void wait(std::uint64_t ns) noexcept { now_ns_ += ns; }
  /// What broke first.
  int error() const noexcept { return error_; }
  void forgive() noexcept { error_ = 0; }
  QuicPath& path() noexcept { return path_; }

  std::unique_ptr<QuicConnection> client;
  std::unique_ptr<QuicConnection> server;
  QuicTraffic to_server;
  QuicTraffic to_client;
  bool captures = false;

 private:
  void note(int result) {
    if (result != 0 && error_ == 0) error_ = result;
  }

  void send(QuicConnection& from, QuicTraffic& traffic, std::deque<QuicPacket>& queue) {
    for (;;) {
      QuicPacket packet(from.largest_payload_bytes());
      std::size_t taken = 0;
      ngtcp2_ssize length = 0;
      const bool sends = &from == client.get() && data_ != nullptr && sent_ < data_->size();
      if (const Writer& writes = &from == client.get() ? client_writes : server_writes; writes) {
        length = writes(from, packet.data(), now_ns_);
      } else if (sends) {
        const ngtcp2_vec piece{const_cast<std::uint8_t*>(data_->data()) + sent_,
                               data_->size() - sent_};
        length = from.write(packet.data(), stream_, &piece, 1, taken, now_ns_);
        if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED)
          length = from.write(packet.data(), -1, nullptr, 0, taken, now_ns_);
        sent_ += taken;
      } else {
        length = from.write(packet.data(), -1, nullptr, 0, taken, now_ns_);
      }
      if (length < 0) note(static_cast<int>(length));
      if (length <= 0) return;
      packet.resize(static_cast<std::size_t>(length));
      put(std::move(packet), traffic, queue);
    }
  }

  void put(QuicPacket packet, QuicTraffic& traffic, std::deque<QuicPacket>& queue) {
    ++traffic.sent;
    traffic.bytes += packet.size();
    if (captures) traffic.capture.push_back(packet);
    if (&traffic == &to_server && loses && loses(traffic.sent - 1)) {
      ++traffic.dropped;
      return;
    }
    if (chance(path_.loss) || (path_.largest_bytes != 0 && packet.size() > path_.largest_bytes)) {
      ++traffic.dropped;
      return;
    }
    if (chance(path_.damage))
      packet[random_() % packet.size()] ^= static_cast<std::uint8_t>(1u << (random_() % 8));
    if (chance(path_.duplication)) queue.push_back(packet);
    queue.push_back(std::move(packet));
  }

  template <class Take>
  void deliver(std::deque<QuicPacket>& now, QuicTraffic& traffic, const Take& take) {
    for (std::size_t i = 0; i + 1 < now.size(); ++i) {
      if (chance(path_.reordering)) std::swap(now[i], now[i + 1]);
    }
    for (const QuicPacket& packet : now) {
      ++traffic.arrived;
      take(packet);
    }
  }

  bool chance(double part) {
    return part > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < part;
  }

  QuicPath path_;
  std::mt19937_64 random_;
  QuicGate gate_;
  QuicSetup server_setup_;
  std::uint64_t now_ns_ = kNsPerSec;
  std::deque<QuicPacket> queue_to_server_;
  std::deque<QuicPacket> queue_to_client_;
  const std::vector<std::uint8_t>* data_ = nullptr;
  std::size_t sent_ = 0;
  std::int64_t stream_ = -1;
  int error_ = 0;
};

inline std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<std::uint8_t> bytes(count);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
  return bytes;
}

inline constexpr auto kNothing = [](QuicSimulation&) {};

}  // namespace xr::test
