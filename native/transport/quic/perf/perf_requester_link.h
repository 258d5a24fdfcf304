#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/page_buffer.h"
#include "measure/mark.h"
#include "transport/endpoint_spec.h"
#include "transport/quic/perf/perf_outbox.h"
#include "transport/quic/perf/perf_requests.h"
#include "transport/quic/perf/perf_stream.h"
#include "transport/quic/quic_pump.h"
#include "workload/io.h"

namespace xr {

/// The client's side of the perf protocol on one connection: each request on a stream of its own.
template <WaitPolicy kWait>
class PerfRequesterLink {
 public:
  /// `events` is the one that the connection was set up with; this fills it in.
  PerfRequesterLink(QuicLane& lane, QuicStreamEvents& events, const PerfRequests& requests,
                    const EndpointSpec& spec, const StopFlag& stop)
      : requests_(requests),
        connection_(*lane.connection),
        pump_(lane, is_bulk(requests, connection_.payload_bytes()), spec.idle_timeout_ns, stop),
        text_(kPerfHeadBytes + kFillerBytes),
        outbox_({text_.data(), kPerfHeadBytes, kFillerBytes}, bytes_sent_) {
    const auto head = perf_head(requests.response_bytes);
    std::copy(head.begin(), head.end(), text_.data());
    unopened_.reserve(requests.concurrency);
    answered_.reserve(requests.concurrency);
    current_.assign(requests.concurrency, nullptr);
    events = {this, &PerfRequesterLink::on_data, &PerfRequesterLink::on_reset,
              &PerfRequesterLink::on_closed};
  }

  unsigned slots() const noexcept { return requests_.concurrency; }
  const std::vector<unsigned>& answered() const noexcept { return answered_; }

  void begin(unsigned slot) noexcept { unopened_.push_back(slot); }

  Io send() noexcept {
    answered_.clear();
    // The peer may let fewer streams be open than there are slots.
    while (!unopened_.empty() && open(unopened_.back())) unopened_.pop_back();
    outbox_.begin_turn(connection_);
    return pump_.write_all([this](std::uint8_t* room, std::uint64_t now_ns) {
      return outbox_.write(connection_, room, now_ns);
    });
  }

  Io wait() noexcept {
    const Io io = pump_.read_some();
    return io == Io::kOk && !trouble_.empty() ? Io::kError : io;
  }

  /// Asks for endless answers to end, and waits for that a short while.
  void finish() noexcept {
    answered_.clear();
    for (PerfStream* stream : current_) {
      if (stream == nullptr) continue;
      stream->is_settled = true;
      connection_.ask_to_stop(stream->id, static_cast<std::uint64_t>(PerfCode::kDone));
    }
    for (int round = 0; round < kFarewellRounds && pool_.in_use() > 0; ++round) {
      if (send() != Io::kOk || pump_.read_some(kFarewellNs) != Io::kOk) return;
    }
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept {
    return trouble_.empty() ? pump_.failure() : IoFailure{"perf", 0};
  }
  std::optional<Fault> fault() const {
    if (!trouble_.empty()) return Fault{"QUIC", "perf", 0, trouble_};
    return pump_.fault();
  }

 private:
  static constexpr std::size_t kFillerBytes = 65'536;
  static constexpr int kFarewellRounds = 1000;
  static constexpr std::uint64_t kFarewellNs = 100 * kNsPerMs;

  static bool is_bulk(const PerfRequests& requests, std::size_t payload_bytes) noexcept {
    return requests.concurrency > 1 || is_many_packets(requests.request_bytes, payload_bytes) ||
           is_many_packets(requests.response_bytes, payload_bytes) ||
           requests.response_bytes == kPerfUntilStopped;
  }

  bool open(unsigned slot) noexcept {
    try {
      PerfStream& stream = pool_.take();
      stream.id = connection_.try_open_bidi_stream(&stream);
      if (stream.id < 0) {
        pool_.give_back(stream);
        return false;
      }
      stream.slot = slot;
      stream.to_send = requests_.request_bytes;
      current_[slot] = &stream;
      outbox_.add(stream);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  static void on_data(void* self, std::int64_t, void* state, const std::uint8_t*,
                      std::size_t length, bool last) noexcept {
    auto* link = static_cast<PerfRequesterLink*>(self);
    auto* stream = static_cast<PerfStream*>(state);
    link->counters_.bytes += length;
    // A server has no business to open streams here.
    if (stream == nullptr || stream->is_settled) return;
    stream->received += length;
    if (!last) return;
    stream->has_answer = true;
    link->settle(*stream);
  }

  static void on_reset(void* self, std::int64_t, void* state, std::uint64_t code) noexcept {
    auto* stream = static_cast<PerfStream*>(state);
    if (stream == nullptr || stream->is_settled) return;
    static_cast<PerfRequesterLink*>(self)->complain(
        "the server gave up a stream in place of answering (code " + std::to_string(code) + ")");
  }

  static void on_closed(void* self, std::int64_t, void* state) noexcept {
    auto* link = static_cast<PerfRequesterLink*>(self);
    auto* stream = static_cast<PerfStream*>(state);
    if (stream == nullptr) return;
    if (!stream->is_settled && stream->has_answer) link->settle(*stream);
    PerfStreamList::unlist(*stream);
    if (link->current_[stream->slot] == stream) link->current_[stream->slot] = nullptr;
    link->pool_.give_back(*stream);
  }

  /// The answer is complete. A server need not wait for the whole request before it answers, but
  /// the request is done when both are.
  void settle(PerfStream& stream) noexcept {
    if (stream.received != requests_.response_bytes) {
      stream.is_settled = true;
      complain("the server answered with " + std::to_string(stream.received) +
               " bytes in place of " + std::to_string(requests_.response_bytes));
    } else if (stream.sent == stream.to_send) {
      stream.is_settled = true;
      current_[stream.slot] = nullptr;
      answered_.push_back(stream.slot);
    }
  }

  void complain(std::string what) noexcept {
    if (trouble_.empty()) trouble_ = std::move(what);
  }

  const PerfRequests& requests_;
  QuicConnection& connection_;
  QuicPump<kWait> pump_;
  PageBuffer text_;
  std::uint64_t bytes_sent_ = 0;
  PerfStreamPool pool_;
  PerfOutbox outbox_;
  /// Slots that wait for a stream.
  std::vector<unsigned> unopened_;
  std::vector<unsigned> answered_;
  std::vector<PerfStream*> current_;
  Counters counters_;
  std::string trouble_;
};

}  // namespace xr
