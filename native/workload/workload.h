#pragma once

namespace xr {

/// `kConnect`: each operation is a connection of its own, with one message to and fro. `kRr`:
/// requests and answers of different sizes, several under way at once. `kRequests`: the client of
/// the perf protocol of QUIC, which is no endpoint's.
enum class Workload { kPingPong, kStream, kConnect, kRr, kRequests };

}  // namespace xr
