#include "transport/datagram/datagram_greeting.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <future>
#include <vector>

#include "base/unique_fd.h"
#include "base/units.h"
#include "test/test.h"
#include "transport/wait/waker.h"

namespace {

using xr::DatagramDoor;
using xr::DatagramGreeting;
using xr::Deadline;
using xr::PeerHost;
using xr::SocketAddress;
using xr::UniqueFd;
using Bytes = std::vector<std::uint8_t>;

UniqueFd socket_at(const char* numeric) {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const SocketAddress any = xr::parse_address(numeric, 0);
  CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
  return fd;
}

void send_to(const UniqueFd& from, const SocketAddress& to, const Bytes& bytes) {
  CHECK_EQ(::sendto(from.get(), bytes.data(), bytes.size(), 0, to.get(), to.length),
           static_cast<ssize_t>(bytes.size()));
}

Bytes receive(const UniqueFd& fd, int flags = 0) {
  Bytes bytes(2000);
  const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), flags);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

constexpr std::uint8_t kHello = 1;
constexpr std::uint8_t kWelcome = 2;
constexpr std::uint8_t kChallenge = 4;
constexpr std::uint8_t kAnswer = 5;

/// What a client says, by hand.
Bytes word(std::uint8_t kind, const xr::Token& token, std::uint8_t own,
           const Bytes& returned = Bytes(16)) {
  Bytes bytes{'x', 'r', 'b', '3', kind, 0, 0};
  bytes.insert(bytes.end(), token.begin(), token.end());
  bytes.insert(bytes.end(), 16, own);
  bytes.insert(bytes.end(), returned.begin(), returned.end());
  return bytes;
}

Bytes nonce_of(const Bytes& bytes) { return Bytes(bytes.begin() + 23, bytes.begin() + 39); }

/// A server on a thread of its own that waits for its client, which the test plays.
struct Server {
  explicit Server(const PeerHost& peer = PeerHost("127.0.0.1")) : host(peer) {
    where = xr::local_address_of(fd.get());
    waiting = std::async(std::launch::async, [this] {
      return door.await_client(fd.get(), Deadline(3600 * xr::kNsPerSec, waker));
    });
  }
  ~Server() {
    waker.stop();
    if (waiting.valid()) waiting.wait();
  }
  bool has_client() {
    return waiting.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  xr::Waker waker;
  xr::Token token = xr::random_token();
  DatagramGreeting greeting{token, 0, 64, true};
  PeerHost host;
  DatagramDoor door{greeting, host};
  UniqueFd fd = socket_at("127.0.0.1");
  SocketAddress where;
  std::future<SocketAddress> waiting;
};

TEST("datagram greeting: both ends find one another, with challenges and as it was before them") {
  for (const bool challenges : {true, false}) {
    for (const std::size_t bytes :
         {std::size_t{64}, xr::kDatagramGreetingBytes, xr::kPlainGreetingBytes}) {
      const xr::Token token = xr::random_token();
      const DatagramGreeting greeting{token, 3, bytes, challenges};
      xr::Waker waker;
      const Deadline deadline(30 * xr::kNsPerSec, waker);
      const UniqueFd server = socket_at("127.0.0.1");
      const UniqueFd client = socket_at("127.0.0.1");
      const SocketAddress where = xr::local_address_of(server.get());
      CHECK_EQ(::connect(client.get(), where.get(), where.length), 0);
      auto greeted =
          std::async(std::launch::async, [&] { greet_server(client.get(), greeting, deadline); });
      const PeerHost host("127.0.0.1");
      DatagramDoor door(greeting, host);
      const SocketAddress from = door.await_client(server.get(), deadline);
      CHECK_EQ(from.port(), xr::local_address_of(client.get()).port());
      CHECK_EQ(::connect(server.get(), from.get(), from.length), 0);
      door.welcome(server.get(), deadline);
      greeted.get();
      CHECK_EQ(door.strangers(), 0u);
    }
  }
}

TEST("datagram greeting: whoever does not return a challenge gets no more than he sent") {
  Server server;
  // With the token, as a client that forges its address has it.
  const UniqueFd victim = socket_at("127.0.0.1");
  const Bytes hello = word(kHello, server.token, 7);
  for (int i = 0; i < 3; ++i) {
    send_to(victim, server.where, hello);
    const Bytes challenge = receive(victim);
    CHECK_EQ(challenge.size(), hello.size());
    CHECK_EQ(challenge.at(4), kChallenge);
  }
  // It cannot know what was asked.
  for (const std::uint8_t guess : {std::uint8_t{0}, std::uint8_t{7}}) {
    send_to(victim, server.where, word(kAnswer, server.token, 7, Bytes(16, guess)));
  }
  send_to(victim, server.where, hello);
  CHECK_EQ(receive(victim).at(4), kChallenge);
  CHECK(receive(victim, MSG_DONTWAIT).empty());
  CHECK(!server.has_client());
}

TEST("datagram greeting: a challenge is for the address that it was sent to") {
  Server server;
  const UniqueFd own = socket_at("127.0.0.1");
  const UniqueFd other = socket_at("127.0.0.1");
  send_to(own, server.where, word(kHello, server.token, 1));
  const Bytes first = nonce_of(receive(own));
  send_to(other, server.where, word(kHello, server.token, 1));
  const Bytes second = nonce_of(receive(other));
  CHECK(first != second);
  // What the one was asked does not let the other in, nor what it was asked before.
  send_to(other, server.where, word(kAnswer, server.token, 1, first));
  send_to(own, server.where, word(kAnswer, server.token, 1, first));
  send_to(other, server.where, word(kAnswer, server.token, 1, second));
  const SocketAddress client = server.waiting.get();
  CHECK_EQ(client.port(), xr::local_address_of(other.get()).port());
}

TEST("datagram greeting: another host is not answered, with the token or without, but counted") {
  Server server;
  const UniqueFd elsewhere = socket_at("127.0.0.2");
  const UniqueFd client = socket_at("127.0.0.1");
  xr::Token wrong = server.token;
  wrong[0] ^= 1;
  send_to(elsewhere, server.where, word(kHello, server.token, 1));
  send_to(client, server.where, word(kHello, wrong, 1));
  send_to(client, server.where, Bytes(9, 0));
  // Its own, about another link.
  Bytes other = word(kHello, server.token, 1);
  other[6] = 1;
  send_to(client, server.where, other);
  send_to(client, server.where, word(kHello, server.token, 1));
  const Bytes challenge = receive(client);
  CHECK_EQ(challenge.at(4), kChallenge);
  // It has looked at all that came before.
  CHECK(receive(elsewhere, MSG_DONTWAIT).empty());
  send_to(client, server.where, word(kAnswer, server.token, 1, nonce_of(challenge)));
  server.waiting.get();
  CHECK_EQ(server.door.strangers(), 3u);
}

TEST("datagram greeting: a client believes nobody who does not return what it made up") {
  const xr::Token token = xr::random_token();
  const DatagramGreeting greeting{token, 0, 64, true};
  xr::Waker waker;
  const Deadline deadline(3600 * xr::kNsPerSec, waker);
  const UniqueFd server = socket_at("127.0.0.1");
  const UniqueFd client = socket_at("127.0.0.1");
  const SocketAddress where = xr::local_address_of(server.get());
  const SocketAddress back = xr::local_address_of(client.get());
  CHECK_EQ(::connect(client.get(), where.get(), where.length), 0);
  auto greeted =
      std::async(std::launch::async, [&] { greet_server(client.get(), greeting, deadline); });
  const Bytes hello = receive(server);
  CHECK_EQ(hello.at(4), kHello);
  CHECK(nonce_of(hello) != Bytes(16));
  // Not what it made up; then a welcome before anything.
  send_to(server, back, word(kChallenge, token, 9));
  send_to(server, back, word(kWelcome, token, 9, nonce_of(hello)));
  // It says hello again, and nothing else.
  CHECK(receive(server) == hello);
  send_to(server, back, word(kChallenge, token, 9, nonce_of(hello)));
  Bytes answer = receive(server);
  while (answer == hello) answer = receive(server);
  CHECK_EQ(answer.at(4), kAnswer);
  CHECK(std::equal(answer.end() - 16, answer.end(), Bytes(16, 9).begin()));
  send_to(server, back, word(kWelcome, token, 9, nonce_of(hello)));
  greeted.get();
}

}  // namespace
