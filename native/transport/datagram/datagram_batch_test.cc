#include "transport/datagram/datagram_batch.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/units.h"
#include "measure/stop_flag.h"
#include "test/test.h"
#include "transport/datagram/datagram_pair.h"
#include "transport/datagram/segmented_sender.h"

namespace {

using xr::DatagramReceiver;
using xr::Io;
using xr::test::DatagramPair;

struct Received {
  std::vector<std::size_t> lengths;
  int slots = 0;
};

/// Sends one run of these lengths, each datagram of one letter, and takes apart what comes of it.
Received cross(const DatagramPair& pair, bool merging, const std::vector<std::size_t>& lengths) {
  xr::StopFlag stop;
  const std::size_t largest = *std::ranges::max_element(lengths);
  xr::SegmentedSender<xr::WaitPolicy::kBlock> sender(pair.sender(), largest, true, xr::kNsPerSec,
                                                     stop);
  std::uint8_t letter = 'a';
  for (const std::size_t length : lengths) {
    std::fill_n(sender.room(), length, letter++);
    CHECK(sender.add(length) == Io::kOk);
  }
  CHECK(sender.flush() == Io::kOk);
  CHECK(sender.segmenting());

  DatagramReceiver receiver(largest + 1, merging);
  Received received;
  letter = 'a';
  while (received.lengths.size() < lengths.size()) {
    const int got = receiver.receive(pair.receiver(), MSG_WAITFORONE);
    CHECK(got > 0);
    received.slots += got;
    receiver.for_each_with_drops(got, [&](std::uint32_t, std::size_t, const std::uint8_t* data,
                                         std::size_t length) {
      CHECK(std::all_of(data, data + length, [&](std::uint8_t byte) { return byte == letter; }));
      ++letter;
      received.lengths.push_back(length);
    });
  }
  return received;
}

// Of one length, with a shorter one at the end, and of one alone.
const std::vector<std::vector<std::size_t>> kRuns = {
    {1000, 1000, 1000, 1000}, {1000, 1000, 1000, 1}, {1400, 1399}, {1, 1, 1}, {700}};

TEST("datagram batch: datagrams that the kernel merged are the same as those that it did not") {
  for (const bool merging : {false, true}) {
    const DatagramPair pair;
    if (merging && !xr::enable_merging(pair.receiver()))
      throw xr::test::Skipped("this kernel does not merge datagrams");
    for (const auto& run : kRuns) {
      const Received received = cross(pair, merging, run);
      CHECK(received.lengths == run);
      // Else the case of a merged run would not be tried here.
      CHECK_EQ(static_cast<std::size_t>(received.slots), merging ? 1u : run.size());
    }
  }
}

}  // namespace
