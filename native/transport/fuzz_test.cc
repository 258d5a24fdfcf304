#include <algorithm>
#include <vector>

#include "base/error.h"
#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/sequence_window.h"
#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_reassembly.h"
#include "transport/rdma/connect/rdma_blob.h"
#include "transport/socket/blob.h"
#include "transport/socket/pinned_blob.h"

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
