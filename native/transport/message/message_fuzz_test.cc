#include <algorithm>
#include <cstdint>
#include <vector>

#include "test/fuzz.h"
#include "test/test.h"
#include "transport/datagram/sequence_window.h"
#include "transport/message/flow_losses.h"
#include "transport/message/fragment_writer.h"
#include "transport/message/message_contents.h"
#include "transport/message/message_parser.h"
#include "transport/message/message_reassembly.h"

// What reads messages of a message link, and what it may make of them.

namespace {

using xr::test::Bytes;
using xr::test::fuzz;
using xr::test::fuzz_inputs;

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
          {number++, head.flow, static_cast<std::uint16_t>(part),
           static_cast<std::uint16_t>(parts)},
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

}  // namespace
