#pragma once

#include <cstdint>

#include "transport/quic/perf/perf_outbox.h"
#include "transport/quic/perf/perf_stream.h"
#include "transport/quic/quic_connection.h"

namespace xr {

struct PerfLimits {
  /// Longest answer: what is longer is refused, what has no end is cut off there. 0 = any length.
  std::uint64_t response_bytes = 0;
  /// Streams of each kind that a client may have open at once.
  unsigned streams = 1024;
};

/// What a server did.
struct PerfTotals {
  /// Whole ones, answered or being answered.
  std::uint64_t requests = 0;
  /// Without a length, given up by the client, or beyond a limit.
  std::uint64_t refused_requests = 0;
  /// Of streams.
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
};

/// The server's side of the perf protocol on one connection. It answers when a request is complete,
/// as other servers do; the draft leaves it open.
class PerfResponder {
 public:
  PerfResponder(const PerfLimits& limits, PerfTotals& totals) noexcept;
  PerfResponder(const PerfResponder&) = delete;
  PerfResponder& operator=(const PerfResponder&) = delete;

  /// For the connection's set-up; valid as long as this is.
  const QuicStreamEvents& events() const noexcept { return events_; }

  /// The next packet, as `QuicConnection::write` has it.
  ngtcp2_ssize write(QuicConnection& connection, std::uint8_t* to, std::uint64_t now_ns) noexcept {
    return outbox_.write(connection, to, now_ns);
  }

  /// To be called once the connection is there, before it reads.
  void attach(QuicConnection& connection) noexcept { connection_ = &connection; }

  /// To be called before the first packet of a turn.
  void begin_turn() noexcept;

 private:
  static void on_data(void* self, std::int64_t id, void* state, const std::uint8_t* data,
                      std::size_t length, bool last) noexcept;
  static void on_reset(void* self, std::int64_t id, void* state, std::uint64_t code) noexcept;
  static void on_closed(void* self, std::int64_t id, void* state) noexcept;

  PerfStream* begin(std::int64_t id) noexcept;
  void answer(PerfStream& request) noexcept;
  void answer_elsewhere(const PerfStream& request) noexcept;
  void shape(PerfStream& answer, std::uint64_t bytes) const noexcept;
  void refuse(const PerfStream& request, PerfCode code) noexcept;

  PerfLimits limits_;
  PerfTotals& totals_;
  QuicConnection* connection_ = nullptr;
  QuicStreamEvents events_;
  PerfStreamPool pool_;
  PerfOutbox outbox_;
  /// Answers to streams of one way, which wait until the client lets streams be opened.
  PerfStreamList unopened_;
};

}  // namespace xr
