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
#include "transport/datagram/greeting_words.h"
#include "transport/wait/waker.h"

namespace {

using xr::DatagramDoor;
using xr::DatagramGreeting;
using xr::Deadline;
using xr::PeerHost;
using xr::SocketAddress;
using xr::UniqueFd;
using xr::test::Bytes;
using xr::test::greeting_word;
using xr::test::kAnswer;
using xr::test::kChallenge;
using xr::test::kHello;
using xr::test::kWelcome;
using xr::test::nonce_of;
using xr::test::receive_word;
using xr::test::socket_at;

void send_to(const UniqueFd& from, const SocketAddress& to, const Bytes& bytes) {
  CHECK_EQ(::sendto(from.get(), bytes.data(), bytes.size(), 0, to.get(), to.length),
           static_cast<ssize_t>(bytes.size()));
}

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
  const Bytes hello = greeting_word(kHello, server.token, 7);
  for (int i = 0; i < 3; ++i) {
    send_to(victim, server.where, hello);
    const Bytes challenge = receive_word(victim);
    CHECK_EQ(challenge.size(), hello.size());
    CHECK_EQ(challenge.at(4), kChallenge);
  }
  // It cannot know what was asked.
  for (const std::uint8_t guess : {std::uint8_t{0}, std::uint8_t{7}}) {
    send_to(victim, server.where, greeting_word(kAnswer, server.token, 7, Bytes(16, guess)));
  }
  send_to(victim, server.where, hello);
  CHECK_EQ(receive_word(victim).at(4), kChallenge);
  CHECK(receive_word(victim, MSG_DONTWAIT).empty());
  CHECK(!server.has_client());
}

TEST("datagram greeting: a challenge is for the address that it was sent to") {
  Server server;
  const UniqueFd own = socket_at("127.0.0.1");
  const UniqueFd other = socket_at("127.0.0.1");
  send_to(own, server.where, greeting_word(kHello, server.token, 1));
  const Bytes first = nonce_of(receive_word(own));
  send_to(other, server.where, greeting_word(kHello, server.token, 1));
  const Bytes second = nonce_of(receive_word(other));
  CHECK(first != second);
  // What the one was asked does not let the other in, nor what it was asked before.
  send_to(other, server.where, greeting_word(kAnswer, server.token, 1, first));
  send_to(own, server.where, greeting_word(kAnswer, server.token, 1, first));
  send_to(other, server.where, greeting_word(kAnswer, server.token, 1, second));
  const SocketAddress client = server.waiting.get();
  CHECK_EQ(client.port(), xr::local_address_of(other.get()).port());
}

TEST("datagram greeting: another host is not answered, with the token or without, but counted") {
  Server server;
  const UniqueFd elsewhere = socket_at("127.0.0.2");
  const UniqueFd client = socket_at("127.0.0.1");
  xr::Token wrong = server.token;
  wrong[0] ^= 1;
  send_to(elsewhere, server.where, greeting_word(kHello, server.token, 1));
  send_to(client, server.where, greeting_word(kHello, wrong, 1));
  send_to(client, server.where, Bytes(9, 0));
  // Its own, about another link.
  Bytes other = greeting_word(kHello, server.token, 1);
  other[6] = 1;
  send_to(client, server.where, other);
  send_to(client, server.where, greeting_word(kHello, server.token, 1));
  const Bytes challenge = receive_word(client);
  CHECK_EQ(challenge.at(4), kChallenge);
  // It has looked at all that came before.
  CHECK(receive_word(elsewhere, MSG_DONTWAIT).empty());
  send_to(client, server.where, greeting_word(kAnswer, server.token, 1, nonce_of(challenge)));
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
  const Bytes hello = receive_word(server);
  CHECK_EQ(hello.at(4), kHello);
  CHECK(nonce_of(hello) != Bytes(16));
  // Not what it made up; then a welcome before anything.
  send_to(server, back, greeting_word(kChallenge, token, 9));
  send_to(server, back, greeting_word(kWelcome, token, 9, nonce_of(hello)));
  // It says hello again, and nothing else.
  CHECK(receive_word(server) == hello);
  send_to(server, back, greeting_word(kChallenge, token, 9, nonce_of(hello)));
  Bytes answer = receive_word(server);
  while (answer == hello) answer = receive_word(server);
  CHECK_EQ(answer.at(4), kAnswer);
  CHECK(std::equal(answer.end() - 16, answer.end(), Bytes(16, 9).begin()));
  send_to(server, back, greeting_word(kWelcome, token, 9, nonce_of(hello)));
  greeted.get();
}

}  // namespace
