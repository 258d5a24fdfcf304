#include <sys/ioctl.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "base/units.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/datagram/greeting_words.h"
#include "transport/datagram/sequence_window.h"
#include "transport/socket/options.h"
#include "transport/wait/waker.h"

// What reads greetings of datagrams and their numbers, and what it may make of them.

namespace {

using xr::test::Bytes;
using xr::test::fuzz;
using xr::test::fuzz_inputs;
using xr::test::greeting_word;
using xr::test::kAnswer;
using xr::test::kChallenge;
using xr::test::kHello;
using xr::test::kWelcome;
using xr::test::nonce_of;
using xr::test::receive_word;
using xr::test::socket_at;

/// However a test ends, nobody waits any more.
struct StopAtEnd {
  ~StopAtEnd() { waker.stop(); }
  xr::Waker& waker;
};

TEST("fuzz: greetings of datagrams, with the token and from the right host") {
  const xr::Token token = xr::random_token();
  std::vector<Bytes> good;
  for (std::uint8_t kind = 1; kind <= 6; ++kind) good.push_back(greeting_word(kind, token, 7));
  xr::Waker waker;
  const xr::DatagramGreeting greeting{token, 0, 64, true};
  const xr::PeerHost host("127.0.0.1");
  xr::DatagramDoor door(greeting, host);
  const xr::UniqueFd server = socket_at("127.0.0.1");
  const xr::SocketAddress where = xr::local_address_of(server.get());
  auto accepted = std::async(std::launch::async, [&] {
    return door.await_client(server.get(), xr::Deadline(3600 * xr::kNsPerSec, waker));
  });
  const StopAtEnd stop{waker};
  const xr::UniqueFd stranger = socket_at("127.0.0.1");
  const xr::UniqueFd client = socket_at("127.0.0.1");
  xr::set_socket_timeouts(client.get(), 20 * xr::kNsPerSec, 20 * xr::kNsPerSec);
  for (const xr::UniqueFd* fd : {&stranger, &client})
    CHECK_EQ(::connect(fd->get(), where.get(), where.length), 0);
  const auto say = [](const xr::UniqueFd& fd, const Bytes& bytes) {
    CHECK_EQ(::send(fd.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  };
  Bytes challenge;
  fuzz("datagram-greeting", good, fuzz_inputs(5'000), [&](const Bytes& bytes) {
    say(stranger, bytes);
    say(client, greeting_word(kHello, token, 9));
    // It comes behind: by now the other one has been read.
    challenge = receive_word(client);
    CHECK_EQ(challenge.size(), xr::kDatagramGreetingBytes);
    CHECK(accepted.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    // Nobody is sent more than he sent.
    CHECK(receive_word(stranger, MSG_DONTWAIT).size() <= bytes.size());
    CHECK(receive_word(stranger, MSG_DONTWAIT).empty());
  });
  say(client, greeting_word(kAnswer, token, 9, nonce_of(challenge)));
  CHECK_EQ(accepted.get().port(), xr::local_address_of(client.get()).port());
}

TEST("fuzz: what a server says in a greeting of datagrams") {
  const xr::Token token = xr::random_token();
  std::vector<Bytes> good;
  for (std::uint8_t kind = 1; kind <= 6; ++kind) good.push_back(greeting_word(kind, token, 7));
  xr::Waker waker;
  const xr::DatagramGreeting greeting{token, 0, 64, true};
  const xr::UniqueFd server = socket_at("127.0.0.1");
  const xr::UniqueFd client = socket_at("127.0.0.1");
  xr::set_socket_timeouts(server.get(), 20 * xr::kNsPerSec, 20 * xr::kNsPerSec);
  for (const auto& [from, to] : {std::pair(&server, &client), std::pair(&client, &server)}) {
    const xr::SocketAddress where = xr::local_address_of(to->get());
    CHECK_EQ(::connect(from->get(), where.get(), where.length), 0);
  }
  auto greeted = std::async(std::launch::async, [&] {
    greet_server(client.get(), greeting, xr::Deadline(3600 * xr::kNsPerSec, waker));
  });
  const StopAtEnd stop{waker};
  const Bytes hello = receive_word(server);
  CHECK_EQ(hello.size(), xr::kDatagramGreetingBytes);
  CHECK_EQ(hello[4], kHello);
  const auto say = [&](const Bytes& bytes) {
    CHECK_EQ(::send(server.get(), bytes.data(), bytes.size(), 0),
             static_cast<ssize_t>(bytes.size()));
  };
  fuzz("datagram-welcome", good, fuzz_inputs(5'000), [&](const Bytes& bytes) {
    say(bytes);
    for (int waiting = 1; waiting != 0; std::this_thread::yield())
      CHECK_EQ(::ioctl(client.get(), FIONREAD, &waiting), 0);
    CHECK(greeted.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    // It says the same again and again, and nothing else.
    for (Bytes said = receive_word(server, MSG_DONTWAIT); !said.empty();
         said = receive_word(server, MSG_DONTWAIT))
      CHECK(said == hello);
  });
  say(greeting_word(kChallenge, token, 8, nonce_of(hello)));
  Bytes answer = receive_word(server);
  while (answer == hello) answer = receive_word(server);
  CHECK_EQ(answer[4], kAnswer);
  CHECK(Bytes(answer.begin() + 39, answer.end()) == Bytes(16, 8));
  say(greeting_word(kWelcome, token, 8, nonce_of(hello)));
  greeted.get();
}

TEST("fuzz: numbers of datagrams") {
  for (const unsigned width : {1u, 2u, 4u, 8u}) {
    constexpr std::uint64_t kBase = 0x0123'4567'89ab'cdef;
    std::vector<Bytes> good;
    for (std::uint64_t i = 0; i < 64; ++i) {
      Bytes bytes(8);
      xr::write_sequence(bytes.data(), kBase + i, 8);
      good.push_back(bytes);
    }
    xr::SequenceWindow window(width, kBase);
    xr::Counters counters;
    std::uint64_t came = 0;
    fuzz("sequence", good, fuzz_inputs(50'000), [&](const Bytes& bytes) {
      if (bytes.size() < 8) return;
      const std::uint64_t lost_before = counters.lost;
      counters.messages += window.accept(xr::read_sequence(bytes.data(), width), counters);
      ++came;
      CHECK_EQ(counters.messages + counters.duplicates + counters.strangers, came);
      CHECK(counters.lost <= lost_before + xr::SequenceWindow::kFarthest);
    });
  }
}

}  // namespace
