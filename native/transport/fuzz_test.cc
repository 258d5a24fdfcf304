#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/sequence_window.h"
#include "transport/quic_openssl/client_hello.h"
#include "transport/rdma/connect/cm_greeting.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/rdma/links/write_progress.h"
#include "transport/socket/blob.h"
#include "transport/socket/greeting_acceptor.h"
#include "transport/socket/pinned_blob.h"
#include "transport/wait/waker.h"

// What reads how a peer describes itself and greets, and what it may make of that.

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
    const bool is_known =
        bytes.size() >= 18 && std::equal(token.begin(), token.end(), bytes.begin());
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
  const auto next_link = [&] {
    return acceptor.next(xr::Deadline(20 * xr::kNsPerSec, waker)).link;
  };
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

}  // namespace
