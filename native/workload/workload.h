#pragma once

#include <utility>

namespace xr {

/// `kConnect`: each operation is a connection of its own, with one message to and fro. `kRr`:
/// requests and answers of different sizes, several under way at once. `kRequests`: the client of
/// the perf protocol of QUIC, which is no endpoint's.
enum class Workload { kPingPong, kStream, kConnect, kRr, kRequests };
/// An endpoint's, by what JavaScript calls them.
inline constexpr std::pair<const char*, Workload> kWorkloadNames[] = {
    {"ping-pong", Workload::kPingPong},
    {"stream", Workload::kStream},
    {"connect", Workload::kConnect},
    {"rr", Workload::kRr},
};

}  // namespace xr
