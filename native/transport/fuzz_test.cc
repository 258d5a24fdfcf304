#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/datagram_greeting.h"
#include "transport/datagram/sequence_window.h"
#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_reassembly.h"
#include "transport/quic_openssl/client_hello.h"
#include "transport/rdma/connect/cm_greeting.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/rdma/links/write_progress.h"
#include "transport/socket/blob.h"
#include "transport/socket/greeting_acceptor.h"
#include "transport/socket/options.h"
#include "transport/socket/pinned_blob.h"
#include "transport/wait/waker.h"

// Whatever of ours reads bytes that came from a peer, and what it may make of them.

namespace {

using xr::test::Bytes;
using xr::test::fuzz;
using xr::test::fuzz_inputs;

/// Reads a description; one that is refused is refused as such.
template <class Read>
void check_refused_or(const Read& read) {
  try {
    read();
  } catch (const xr::Error& error) {
    CHECK_EQ(error.fault().code, "BAD_BLOB");
  }
}

xr::SocketBlob some_blob(xr::TransportKind transport, const std::vector<const char*>& where) {
  xr::SocketBlob blob{transport, xr::random_token(), {}};
  for (const char* numeric : where) blob.addresses.push_back(xr::parse_address(numeric, 4660));
  return blob;
}

TEST("fuzz: descriptions of sockets") {
  const std::vector<Bytes> good{
      encode_blob(some_blob(xr::TransportKind::kTcp, {"127.0.0.1"})),
      encode_blob(some_blob(xr::TransportKind::kUdp, {"2001:db8::1"})),
      encode_blob(some_blob(xr::TransportKind::kUdp, {"192.0.2.1", "fe80::1%lo"})),
      encode_pinned_blob(some_blob(xr::TransportKind::kTls, {"127.0.0.1"}), {}),
  };
  fuzz("socket-blob", good, fuzz_inputs(20'000), [](const Bytes& bytes) {
    for (const auto kind : {xr::TransportKind::kTcp, xr::TransportKind::kUdp}) {
      for (const std::size_t count : {0u, 1u, 2u, 128u}) {
        check_refused_or([&] {
          const xr::SocketBlob blob = xr::decode_blob(bytes, kind, count);
          CHECK_EQ(blob.addresses.size(), count);
          for (const xr::SocketAddress& address : blob.addresses) {
            CHECK(address.port() != 0);
            CHECK(address.family() == AF_INET || address.family() == AF_INET6);
          }
        });
        check_refused_or([&] { xr::decode_pinned_blob(bytes, xr::TransportKind::kTls, count); });
      }
    }
  });
}

TEST("fuzz: descriptions of RDMA") {
  xr::RdmaBlob blob;
  blob.lanes.assign(2, {17, 0xabcdef, 0xffff'ffff, 8192, 0x7fff'0000'1000, 512});
  fuzz("rdma-blob", {encode_rdma_blob(blob)}, fuzz_inputs(20'000), [](const Bytes& bytes) {
    for (const std::size_t lanes : {0u, 1u, 2u, 128u}) {
      check_refused_or([&] {
        // It says nothing else when it is written again.
        CHECK(encode_rdma_blob(xr::decode_rdma_blob(bytes, lanes)) == bytes);
      });
    }
  });
}

TEST("fuzz: greetings of rdma_cm") {
  const xr::CmToken token{1, 2, 3, 4};
  std::vector<Bytes> good;
  for (const std::size_t index : {0u, 1u, 127u, 128u, 0xffffu}) {
    const xr::CmGreeting greeting = xr::greet(token, index);
    good.emplace_back(greeting.begin(), greeting.end());
    // As the messages have it, whose private data is of one size.
    good.push_back(good.back());
    good.back().resize(56);
  }
  fuzz("cm-greeting", good, fuzz_inputs(50'000), [&](const Bytes& bytes) {
    const bool is_known = bytes.size() >= 18 && std::equal(token.begin(), token.end(), bytes.begin());
    for (const std::size_t count : {0u, 1u, 2u, 128u}) {
      const auto index = xr::greeted_index(bytes, token, count);
      if (index) CHECK(is_known && *index < count);
      if (is_known) CHECK_EQ(index.has_value(), (std::size_t{bytes[16]} << 8 | bytes[17]) < count);
    }
  });
}

TEST("fuzz: what a sender of plain writes says in the memory of its receiver") {
  std::vector<Bytes> good;
  for (const std::uint64_t said : {std::uint64_t{0}, std::uint64_t{16}, std::uint64_t{1} << 36}) {
    good.emplace_back(8);
    xr::write_sequence(good.back().data(), said, 8);
  }
  for (const std::uint64_t message_bytes : {1u, 64u, 64u << 20}) {
    xr::WriteProgress progress(message_bytes);
    fuzz("write-progress", good, fuzz_inputs(50'000), [&](const Bytes& bytes) {
      if (bytes.size() < 8) return;
      const std::uint64_t before = progress.messages();
      const std::uint64_t word = xr::read_sequence(bytes.data(), 8);
      for (const std::uint64_t said : {word, before + word}) {
        const std::uint64_t known = progress.messages();
        const bool is_taken = progress.accept(said);
        CHECK_EQ(progress.messages(), is_taken ? said : known);
        CHECK(progress.messages() >= known);
      }
      // Its bytes are a whole number of JSON.
      CHECK(progress.messages() <= ((std::uint64_t{1} << 53) - 1) / message_bytes);
    });
  }
}

TEST("fuzz: what a client says first to QUIC by OpenSSL") {
  constexpr std::string_view kName = "0123456789abcdef.xrbench";
  constexpr std::string_view kProtocol = "xrbench/1";
  const auto names = [&](std::string_view name) {
    Bytes list{0, static_cast<std::uint8_t>(name.size() + 3), 0, 0,
               static_cast<std::uint8_t>(name.size())};
    list.insert(list.end(), name.begin(), name.end());
    return list;
  };
  CHECK(xr::ossl::only_server_name(names(kName)) == kName);
  fuzz("server-name", {names(kName), names(""), names("another")}, fuzz_inputs(50'000),
       [](const Bytes& bytes) {
         const auto name = xr::ossl::only_server_name(bytes);
         if (name) CHECK_EQ(name->size() + 5, bytes.size());
       });
  const auto protocols = [](const std::vector<std::string_view>& offered) {
    Bytes list;
    for (const std::string_view one : offered) {
      list.push_back(static_cast<std::uint8_t>(one.size()));
      list.insert(list.end(), one.begin(), one.end());
    }
    return list;
  };
  const Bytes both = protocols({"h3", kProtocol});
  CHECK_EQ(xr::ossl::find_protocol(both, kProtocol) - both.data(), 4);
  fuzz("protocols", {both, protocols({"h3"}), protocols({kProtocol, "h3", "h3-29"})},
       fuzz_inputs(50'000), [&](const Bytes& bytes) {
         const std::uint8_t* const found = xr::ossl::find_protocol(bytes, kProtocol);
         if (found == nullptr) return;
         CHECK(found > bytes.data() && found + kProtocol.size() <= bytes.data() + bytes.size());
         CHECK(std::equal(kProtocol.begin(), kProtocol.end(), found));
       });
}

/// A socket of AF_UNIX, of which there are as many as one likes one after the other.
xr::UniqueFd unix_socket() {
  return xr::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

TEST("fuzz: greetings of connections") {
  constexpr xr::Token kToken{9, 8, 7};
  constexpr unsigned kLinks = 128;
  xr::UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  // The kernel finds it a name.
  CHECK_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&where), sizeof where.sun_family), 0);
  CHECK_EQ(::listen(listener.get(), 16), 0);
  socklen_t length = sizeof where;
  CHECK_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&where), &length), 0);
  const auto said = [&](const Bytes& bytes) {
    xr::UniqueFd fd = unix_socket();
    CHECK_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), length), 0);
    if (!bytes.empty())
      CHECK_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
               static_cast<ssize_t>(bytes.size()));
    ::shutdown(fd.get(), SHUT_WR);
    return fd;
  };
  const auto greeting = [&](unsigned link) {
    const xr::Greeting bytes = xr::greeting_for(kToken, link);
    return Bytes(bytes.begin(), bytes.end());
  };
  xr::GreetingAcceptor acceptor(std::move(listener), kToken, kLinks, 3600 * xr::kNsPerSec);
  const xr::Waker waker;
  const auto next_link = [&] { return acceptor.next(xr::Deadline(20 * xr::kNsPerSec, waker)).link; };
  std::vector<Bytes> good{greeting(0), greeting(127), greeting(128), greeting(0xffff)};
  good.push_back(good[0]);
  good.back().resize(100);
  std::uint64_t strangers = 0;
  fuzz("connection-greeting", good, fuzz_inputs(5'000), [&](const Bytes& bytes) {
    const bool is_known = bytes.size() >= xr::kGreetingBytes &&
                          std::equal(kToken.begin(), kToken.end(), bytes.begin());
    const unsigned link = is_known ? static_cast<unsigned>(bytes[16]) << 8 | bytes[17] : kLinks;
    const xr::UniqueFd one = said(bytes);
    const xr::UniqueFd client = said(greeting(5));
    if (link < kLinks) {
      CHECK_EQ(next_link(), link);
    } else {
      // Whoever goes without a word is nobody.
      strangers += !bytes.empty();
    }
    // The client is heard, whoever came before it.
    CHECK_EQ(next_link(), 5u);
    // One whose end was not seen yet is pending still.
    CHECK(acceptor.strangers() <= strangers && acceptor.strangers() + 1 >= strangers);
  });
}

xr::UniqueFd udp_socket() {
  xr::UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const xr::SocketAddress any = xr::parse_address("127.0.0.1", 0);
  CHECK_EQ(::bind(fd.get(), any.get(), any.length), 0);
  return fd;
}

/// However a test ends, nobody waits any more.
struct StopAtEnd {
  ~StopAtEnd() { waker.stop(); }
  xr::Waker& waker;
};

Bytes receive(const xr::UniqueFd& fd, int flags = 0) {
  Bytes bytes(2000);
  const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), flags);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

Bytes nonce_of(const Bytes& word) { return Bytes(word.begin() + 23, word.begin() + 39); }

/// What is said in a greeting of datagrams, by either end.
Bytes greeting_word(std::uint8_t kind, const xr::Token& token, std::uint8_t own,
                    const Bytes& returned = Bytes(16)) {
  Bytes bytes{'x', 'r', 'b', '3', kind, 0, 0};
  bytes.insert(bytes.end(), token.begin(), token.end());
  bytes.insert(bytes.end(), 16, own);
  bytes.insert(bytes.end(), returned.begin(), returned.end());
  return bytes;
}

constexpr std::uint8_t kHello = 1;
constexpr std::uint8_t kWelcome = 2;
constexpr std::uint8_t kChallenge = 4;
constexpr std::uint8_t kAnswer = 5;

TEST("fuzz: greetings of datagrams, with the token and from the right host") {
  const xr::Token token = xr::random_token();
  std::vector<Bytes> good;
  for (std::uint8_t kind = 1; kind <= 6; ++kind) good.push_back(greeting_word(kind, token, 7));
  xr::Waker waker;
  const xr::DatagramGreeting greeting{token, 0, 64, true};
  const xr::PeerHost host("127.0.0.1");
  xr::DatagramDoor door(greeting, host);
  const xr::UniqueFd server = udp_socket();
  const xr::SocketAddress where = xr::local_address_of(server.get());
  auto accepted = std::async(std::launch::async, [&] {
    return door.await_client(server.get(), xr::Deadline(3600 * xr::kNsPerSec, waker));
  });
  const StopAtEnd stop{waker};
  const xr::UniqueFd stranger = udp_socket();
  const xr::UniqueFd client = udp_socket();
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
    challenge = receive(client);
    CHECK_EQ(challenge.size(), xr::kDatagramGreetingBytes);
    CHECK(accepted.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    // Nobody is sent more than he sent.
    CHECK(receive(stranger, MSG_DONTWAIT).size() <= bytes.size());
    CHECK(receive(stranger, MSG_DONTWAIT).empty());
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
  const xr::UniqueFd server = udp_socket();
  const xr::UniqueFd client = udp_socket();
  xr::set_socket_timeouts(server.get(), 20 * xr::kNsPerSec, 20 * xr::kNsPerSec);
  for (const auto& [from, to] : {std::pair(&server, &client), std::pair(&client, &server)}) {
    const xr::SocketAddress where = xr::local_address_of(to->get());
    CHECK_EQ(::connect(from->get(), where.get(), where.length), 0);
  }
  auto greeted = std::async(std::launch::async, [&] {
    greet_server(client.get(), greeting, xr::Deadline(3600 * xr::kNsPerSec, waker));
  });
  const StopAtEnd stop{waker};
  const Bytes hello = receive(server);
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
    for (Bytes said = receive(server, MSG_DONTWAIT); !said.empty();
         said = receive(server, MSG_DONTWAIT))
      CHECK(said == hello);
  });
  say(greeting_word(kChallenge, token, 8, nonce_of(hello)));
  Bytes answer = receive(server);
  while (answer == hello) answer = receive(server);
  CHECK_EQ(answer[4], kAnswer);
  CHECK(Bytes(answer.begin() + 39, answer.end()) == Bytes(16, 8));
  say(greeting_word(kWelcome, token, 8, nonce_of(hello)));
  greeted.get();
}

/// Of two flows on a connection, and a third on another.
xr::MessageShape shape(bool verify) {
  xr::MessageShape shape;
  shape.longest_bytes = 5000;
  shape.connection_of_flow = {0, 0, 1};
  shape.verify = verify;
  return shape;
}

Bytes message(const xr::MessageHead& head) {
  Bytes bytes(xr::kMessageHeadBytes + head.length);
  write_head(bytes.data(), head);
  xr::write_pattern(bytes.data() + xr::kMessageHeadBytes, head.length,
                    xr::pattern_seed(head, xr::Side::kServer));
  return bytes;
}

TEST("fuzz: messages in a stream of bytes, cut anywhere") {
  Bytes several;
  for (const std::uint32_t length : {64u, 0u, 5000u, 1u}) {
    const Bytes one = message({length, length % 2, 7, 1, {}});
    several.insert(several.end(), one.begin(), one.end());
  }
  const std::vector<Bytes> good{message({64, 0, 0, 1, {}}), message({5000, 1, 3, 1, {}}), several};
  std::uint64_t cut = 0;
  for (const bool verify : {false, true}) {
    const xr::MessageShape agreed = shape(verify);
    fuzz("message-bytes", good, fuzz_inputs(10'000), [&](const Bytes& bytes) {
      xr::MessageParser parser;
      // Each part in memory of its own, of which a sanitizer knows the end.
      for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t some = std::min<std::size_t>(1 + cut++ % 97, bytes.size() - at);
        const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                         bytes.begin() + static_cast<std::ptrdiff_t>(at + some));
        const std::uint8_t* from = part.data();
        const std::uint8_t* const to = from + part.size();
        while (from != to) {
          const std::uint8_t* const before = from;
          const auto step = parser.take(from, to, agreed, 0);
          CHECK(from >= before && from <= to);
          if (step == xr::MessageParser::Step::kBad) return;
          CHECK(from != before);
          CHECK(parser.missing_payload() <= agreed.longest_bytes);
          if (step == xr::MessageParser::Step::kComplete)
            CHECK(agreed.allows(parser.head(), 0));
        }
        at += some;
      }
    });
  }
}

TEST("fuzz: fragments of messages, in any order and with holes") {
  constexpr std::size_t kDatagramBytes = 512;
  const xr::MessageShape agreed = shape(false);
  constexpr std::uint64_t kBase = 1'000'000;
  std::vector<Bytes> good;
  std::uint64_t number = kBase;
  for (std::uint64_t i = 0; i < 8; ++i) {
    const std::uint32_t length = i % 2 == 0 ? 64 : 3000;
    const xr::MessageHead head{length, static_cast<std::uint32_t>(i % 2), i / 2, 1, {}};
    const auto parts = xr::FragmentWriter::fragments_of(length, kDatagramBytes);
    for (std::uint64_t part = 0; part < parts; ++part) {
      Bytes datagram(kDatagramBytes);
      datagram.resize(xr::write_fragment(
          datagram.data(), kDatagramBytes, head,
          {number++, head.flow, static_cast<std::uint16_t>(part), static_cast<std::uint16_t>(parts)},
          false));
      good.push_back(datagram);
    }
  }
  xr::MessageReassembly incoming(kBase);
  xr::FlowLosses flows(agreed.connection_of_flow.size());
  std::uint64_t completed = 0;
  fuzz("message-fragments", good, fuzz_inputs(50'000), [&](const Bytes& bytes) {
    const auto step = incoming.take(bytes.data(), bytes.size(), agreed, 0, flows);
    if (step == xr::MessageReassembly::Step::kComplete) {
      CHECK(agreed.allows(incoming.head(), 0));
      ++completed;
    }
    std::uint64_t told = 0;
    for (std::uint32_t flow = 0; flow < flows.size(); ++flow) {
      told += flows[flow].messages;
      // No jump of a peer's is wider than what can be under way.
      CHECK(flows[flow].lost <= completed * (xr::SequenceWindow::kFarthest + 1));
    }
    CHECK_EQ(told, completed);
    CHECK_EQ(flows[2].messages, 0u);
  });
  CHECK(completed > 0);
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
