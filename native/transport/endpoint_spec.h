#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "measure/timeline.h"
#include "transport/link_ends.h"
#include "transport/transport_options.h"
#include "workload/io.h"
#include "workload/message_head.h"
#include "workload/rr_options.h"
#include "workload/silence.h"
#include "workload/stream_options.h"
#include "workload/workload.h"

namespace xr {

enum class Side { kClient, kServer };
/// `kBusyPoll` sleeps as `kBlock` does, but for the kernel's polling of the device before it
/// (SO_PREFER_BUSY_POLL): its links are those of `kBlock`.
enum class WaitPolicy { kSpin, kBlock, kBusyPoll };

/// Ports that may be taken, both ends included, and how many of them at most.
struct PortRange {
  unsigned first = 0;
  unsigned last = 0;
  unsigned at_most = 1;
};

/// One end of one repetition; the C++ face of `EndpointSpec` in src/addon/addon.ts, which documents
/// the fields.
struct EndpointSpec {
  /// Short beside a time-out, and long enough that many that starve together hardly run: where they
  /// outnumber the CPUs, whoever wakes up takes its turn before others.
  static constexpr std::uint64_t kLongestWaitNs = kNsPerSec;
  static constexpr double kLongestIntervalNs = 1e18;

  /// Which transport it is, and what that one alone has.
  TransportOptions options = TcpOptions{};
  Side side = Side::kClient;
  std::string local_address;
  /// Where this end reaches the host of the other, and the only one from where a server takes
  /// data; empty = where that says it is, and anybody.
  std::string peer_address;
  /// Both ends know the greeting with challenges and numbers that begin where nobody else knows;
  /// false: the other is of before them.
  bool guarded = true;
  /// Of a server; none = any.
  std::optional<PortRange> data_ports;
  Workload workload = Workload::kPingPong;
  std::uint64_t message_bytes = 64;
  // What one workload alone has; of the others, as it is.
  StreamOptions stream;
  RrOptions rr;
  WaitPolicy wait = WaitPolicy::kBlock;
  PhaseSpec phases;
  /// Of all but `kRdma`, `kQuic` and `kQuicOpenssl`, which have their own.
  bool verify = false;
  std::uint64_t message_timeout_ns = 0;
  std::uint64_t idle_timeout_ns = 0;
  std::uint64_t connect_timeout_ns = 0;
  std::vector<int> cpus;

  TransportKind transport() const noexcept { return kind_of(options); }

  /// The options of the transport that this is for. Throws std::bad_variant_access of another.
  template <class Options>
  const Options& of() const {
    return std::get<Options>(options);
  }
  template <class Options>
  Options& of() {
    return std::get<Options>(options);
  }

  /// Connections of this endpoint: with `both`, the first half carries up, the second down.
  unsigned link_count() const noexcept {
    return stream.direction == Direction::kBoth ? 2 * stream.streams : stream.streams;
  }

  /// Its loop runs over the message link of the transport (workload/message_link.h), as that of any
  /// workload of this kind.
  bool uses_messages() const noexcept { return is_served(kForMessages, workload); }

  /// In front of each payload, on every transport.
  std::size_t message_head_bytes() const noexcept {
    return uses_messages() ? kMessageHeadBytes : 0;
  }

  /// Payload of what this end sends.
  std::uint64_t sent_message_bytes() const noexcept {
    return workload == Workload::kRr && side == Side::kServer ? rr.response_bytes : message_bytes;
  }

  /// Payload, either way.
  std::uint64_t longest_message_bytes() const noexcept {
    if (workload != Workload::kRr) return message_bytes;
    return std::max(message_bytes, rr.response_bytes);
  }

  /// A message may go out while others of its connection are under way.
  bool has_many_under_way() const noexcept {
    return workload == Workload::kStream || (workload == Workload::kRr && rr.inflight > 1);
  }

  /// What each connection is to carry of the offered load, bits per second; 0 = no limit.
  double rate_of_link() const noexcept { return stream.rate_bits_per_sec / stream.streams; }

  /// How long a link waits in one go for what does not come. The loop of a stream looks around
  /// then, and lets it wait on; any other ends.
  std::uint64_t wait_ns() const noexcept {
    if (workload != Workload::kStream) return idle_timeout_ns;
    return std::min(idle_timeout_ns / 4, kLongestWaitNs);
  }

  Patience patience() const noexcept {
    if (stream.rate_bits_per_sec <= 0) return {wait_ns(), idle_timeout_ns, 0};
    // Of a rate next to nothing, what a clock's ticks can hold.
    const double interval_ns = static_cast<double>(message_bytes) * 8 * kNsPerSec / rate_of_link();
    return {wait_ns(), idle_timeout_ns,
            static_cast<std::uint64_t>(std::min(interval_ns, kLongestIntervalNs))};
  }

  /// What this end does on connection `link`.
  Role role_of(unsigned link) const noexcept {
    if (workload != Workload::kStream)
      return side == Side::kClient ? Role::kInitiator : Role::kResponder;
    const bool up = stream.direction == Direction::kUp ||
                    (stream.direction == Direction::kBoth && link < stream.streams);
    return up == (side == Side::kClient) ? Role::kSender : Role::kReceiver;
  }
};

/// Throws BAD_SPEC where a value would break what the loops rely on; everything else is
/// TypeScript's to refuse.
void check_spec(const EndpointSpec& spec);

}  // namespace xr
