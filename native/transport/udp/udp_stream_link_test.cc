#include "transport/udp/udp_stream_link.h"

#include <netinet/udp.h>

#include <algorithm>
#include <vector>

#include "base/units.h"
#include "test/drip.h"
#include "test/test.h"
#include "transport/datagram/datagram_pair.h"
#include "transport/socket/options.h"
#include "workload/stream.h"

namespace {

using xr::Counters;
using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::WaitPolicy;
using xr::test::DatagramPair;

constexpr std::uint64_t kMomentNs = 20 * kNsPerMs;
constexpr std::uint64_t kBase = 0x0123'4567'89ab'cdef;

/// A stream by hand: the test says when each end does something.
struct Stream {
  Stream(std::uint64_t message_bytes, bool merging, bool verify = false)
      : message_bytes_(message_bytes),
        sender(pair.sender(), message_bytes, kBase, merging ? segments() : 1, 5 * kNsPerSec, verify,
               stop),
        receiver(pair.receiver(), message_bytes, kBase, merging, kMomentNs, verify, stop) {
    xr::tell_drops(pair.receiver());
    if (merging && !xr::enable_merging(pair.receiver()))
      throw xr::test::Skipped("this kernel does not merge datagrams");
  }

  void send(std::uint64_t most = xr::kUnlimitedBatch) {
    CHECK(sender.send_some(most) == Io::kOk);
    next_ = sender.counters().messages;
  }

  /// Datagrams as the sender would write them, with numbers of the test's choice.
  void send_numbers(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
      send_foreign(kBase + number);
      next_ = std::max(next_, number + 1);
    }
  }

  /// One that has the address of the sender.
  void send_foreign(std::uint64_t number) {
    std::vector<std::uint8_t> message(message_bytes_);
    xr::write_sequence(message.data(), number, xr::sequence_width(message_bytes_));
    CHECK_EQ(::send(pair.sender(), message.data(), message.size(), 0),
             static_cast<ssize_t>(message.size()));
  }

  /// Receives until every number that was sent has come or is known to be lost. Where the last
  /// ones were dropped, more are sent to show it.
  const Counters& catch_up() {
    const Counters& counters = receiver.counters();
    while (counters.messages + counters.lost < next_) {
      if (const Io io = receiver.receive_some(); io == Io::kStalled) {
        send_numbers({next_});
      } else {
        CHECK(io == Io::kOk);
      }
    }
    receiver.refresh();
    return counters;
  }

  DatagramPair pair;
  xr::StopFlag stop;
  std::uint64_t message_bytes_;
  std::uint64_t next_ = 0;
  xr::UdpSenderLink<WaitPolicy::kBlock> sender;
  xr::UdpReceiverLink<WaitPolicy::kSpin> receiver;

 private:
  std::uint64_t segments() const {
    const auto size = static_cast<int>(message_bytes_);
    if (::setsockopt(pair.sender(), SOL_UDP, UDP_SEGMENT, &size, sizeof size) != 0)
      throw xr::test::Skipped("this kernel does not segment datagrams");
    return std::clamp<std::uint64_t>(xr::kMaxSendBytes / message_bytes_, 1, xr::kMaxSegments);
  }
};

TEST("udp stream: what the receiver's own socket dropped is counted in messages, merged or not") {
  for (const bool merging : {false, true}) {
    for (const std::uint64_t bytes : {64u, 1400u, 16'384u, 60'000u}) {
      Stream stream(bytes, merging);
      // The default buffer holds a few hundred thousand bytes; nobody reads.
      for (int i = 0; i < 40; ++i) stream.send();
      const Counters& counters = stream.catch_up();
      CHECK(counters.lost > 0);
      CHECK_EQ(counters.local_drops, counters.lost);
    }
  }
}

TEST("udp stream: a stranger with the address of the sender is counted apart, merged and verified or not") {
  for (const bool merging : {false, true}) {
    for (const bool verify : {false, true}) {
      Stream stream(1000, merging, verify);
      // All of it fits the buffer of the receiver.
      stream.send(20);
      stream.send_foreign(0);
      stream.send_foreign(std::uint64_t{1} << 62);
      // Of another length; and what may be left of a greeting.
      // Where the kernel segments what this socket sends, a longer one would be two.
      for (const std::size_t bytes : {500u, 55u, merging ? 900u : 1500u}) {
        const std::vector<std::uint8_t> other(bytes, 0);
        CHECK_EQ(::send(stream.pair.sender(), other.data(), bytes, 0),
                 static_cast<ssize_t>(bytes));
      }
      stream.send(20);
      const Counters& counters = stream.catch_up();
      CHECK_EQ(counters.messages, stream.sender.counters().messages);
      CHECK_EQ(counters.lost + counters.duplicates + counters.reordered, 0u);
      CHECK_EQ(counters.strangers, 4u);
      CHECK(!stream.receiver.fault());
    }
  }
}

/// Strays come four in each wait, and end by themselves long after.
template <WaitPolicy kWait>
void check_silence(std::size_t stray_bytes) {
  const DatagramPair pair;
  xr::set_socket_timeouts(pair.receiver(), kMomentNs, kMomentNs);
  const xr::StopFlag stop;
  xr::UdpReceiverLink<kWait> receiver(pair.receiver(), 64, kBase, false, kMomentNs, false, stop);
  const std::vector<std::uint8_t> stray(stray_bytes, 0);
  const xr::test::Drip drip(xr::test::sending(pair.sender(), stray), kMomentNs / 4, 600);
  CHECK(receiver.receive_some() == Io::kStalled);
  // How many fit into two waits, and as many again for a machine that is slow.
  CHECK(receiver.counters().strangers >= 1);
  CHECK(receiver.counters().strangers <= 16);
  CHECK_EQ(receiver.counters().lost + receiver.counters().messages, 0u);
}

TEST("udp stream: where nothing but strays come, nothing has come") {
  for (const std::size_t stray_bytes : {0u, 20u, 64u}) {
    check_silence<WaitPolicy::kBlock>(stray_bytes);
    check_silence<WaitPolicy::kSpin>(stray_bytes);
  }
}

TEST("udp stream: what the network lost is not the receiver's") {
  Stream stream(1400, false);
  stream.send_numbers({0, 1, 5, 6, 4, 20});
  const Counters& counters = stream.catch_up();
  CHECK_EQ(counters.lost, 15u);
  CHECK_EQ(counters.reordered, 1u);
  CHECK_EQ(counters.local_drops, 0u);
}

}  // namespace
