#include "transport/datagram/segmented_sender.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/units.h"
#include "test/test.h"
#include "transport/datagram/datagram_pair.h"

namespace {

using xr::Io;
using xr::kNsPerSec;
using xr::test::DatagramPair;

/// Sends datagrams of these lengths, each of one letter, and gives what arrived.
std::vector<std::size_t> cross(xr::SegmentedSender<xr::WaitPolicy::kBlock>& sender,
                               const DatagramPair& sockets,
                                const std::vector<std::size_t>& lengths) {
  char letter = 'a';
  for (const std::size_t length : lengths) {
    std::fill_n(sender.room(), length, static_cast<std::uint8_t>(letter++));
    CHECK(sender.add(length) == Io::kOk);
  }
  CHECK(sender.flush() == Io::kOk);
  std::vector<std::size_t> arrived;
  std::vector<std::uint8_t> buffer(65'536);
  letter = 'a';
  while (arrived.size() < lengths.size()) {
    const ssize_t got = ::recv(sockets.receiver(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) break;
    const auto length = static_cast<std::size_t>(got);
    CHECK(std::all_of(buffer.begin(), buffer.begin() + got, [&](std::uint8_t byte) {
      return byte == static_cast<std::uint8_t>(letter);
    }));
    ++letter;
    arrived.push_back(length);
  }
  return arrived;
}

// Of equal lengths and a shorter one at the end; growing; shrinking.
const std::vector<std::vector<std::size_t>> kRuns = {
    {1200, 1200, 1200, 1200, 300}, {100, 200, 300, 1200}, {1200, 700, 100, 50}, {1, 1, 1200, 1}};

TEST("segmented sender: datagrams arrive as they were written, in fewer calls than there are") {
  const DatagramPair sockets(0);
  xr::StopFlag stop;
  xr::SegmentedSender<xr::WaitPolicy::kBlock> sender(sockets.sender(), 1200, true, kNsPerSec, stop);
  for (const auto& run : kRuns) CHECK(cross(sender, sockets, run) == run);
  CHECK(sender.segmenting());
  CHECK(sender.calls() < sender.packets());
}

void check_refused(const DatagramPair& sockets) {
  xr::StopFlag stop;
  xr::SegmentedSender<xr::WaitPolicy::kBlock> sender(sockets.sender(), 1200, true, kNsPerSec, stop);
  for (const auto& run : kRuns) CHECK(cross(sender, sockets, run) == run);
  CHECK(!sender.segmenting());
  CHECK_EQ(sender.refused(), 0u);
}

TEST("segmented sender: goes on one by one where the kernel refuses with EINVAL") {
  const DatagramPair sockets(0);
  // Without checksums there is no segmentation (udp_send_skb in net/ipv4/udp.c).
  const int on = 1;
  CHECK_EQ(::setsockopt(sockets.sender(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  check_refused(sockets);
}

TEST("segmented sender: goes on one by one where the kernel refuses with EIO") {
  // A kind of UDP that has no segmentation (udp_send_skb in net/ipv4/udp.c).
  check_refused(DatagramPair(IPPROTO_UDPLITE));
}

}  // namespace
