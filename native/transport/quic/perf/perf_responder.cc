#include "transport/quic/perf/perf_responder.h"

#include <array>
#include <new>

namespace xr {
namespace {

/// More than fits into any packet; all answers of all connections consist of it.
std::array<std::uint8_t, 65'536> filler = [] {
  std::array<std::uint8_t, 65'536> bytes{};
  bytes.fill(0x5a);
  return bytes;
}();

}  // namespace

PerfResponder::PerfResponder(const PerfLimits& limits, PerfTotals& totals) noexcept
    : limits_(limits),
      totals_(totals),
      events_{this, &PerfResponder::on_data, &PerfResponder::on_reset, &PerfResponder::on_closed},
      outbox_({filler.data(), 0, filler.size()}, totals.bytes_sent) {}

void PerfResponder::begin_turn() noexcept {
  outbox_.begin_turn(*connection_);
  while (PerfStream* stream = outbox_.take_cut())
    connection_->reset(stream->id, static_cast<std::uint64_t>(PerfCode::kTooMuch));
  while (PerfStream* answer = unopened_.first()) {
    answer->id = connection_->try_open_uni_stream(answer);
    if (answer->id < 0) return;
    unopened_.remove(*answer);
    outbox_.add(*answer);
  }
}

void PerfResponder::on_data(void* self, std::int64_t id, void* state, const std::uint8_t* data,
                            std::size_t length, bool last) noexcept {
  auto* responder = static_cast<PerfResponder*>(self);
  responder->totals_.bytes_received += length;
  auto* stream = static_cast<PerfStream*>(state);
  if (stream == nullptr) stream = responder->begin(id);
  if (stream == nullptr) return;
  stream->head.take(data, length);
  if (last) responder->answer(*stream);
}

void PerfResponder::on_reset(void* self, std::int64_t id, void* state, std::uint64_t) noexcept {
  auto* responder = static_cast<PerfResponder*>(self);
  auto* stream = static_cast<PerfStream*>(state);
  ++responder->totals_.refused_requests;
  if (stream != nullptr) PerfStreamList::unlist(*stream);
  // Or this half would stay open for ever.
  if (ngtcp2_is_bidi_stream(id) != 0)
    responder->connection_->reset(id, static_cast<std::uint64_t>(PerfCode::kDone));
}

void PerfResponder::on_closed(void* self, std::int64_t, void* state) noexcept {
  auto* stream = static_cast<PerfStream*>(state);
  if (stream == nullptr) return;
  PerfStreamList::unlist(*stream);
  static_cast<PerfResponder*>(self)->pool_.give_back(*stream);
}

PerfStream* PerfResponder::begin(std::int64_t id) noexcept {
  try {
    PerfStream& stream = pool_.take();
    stream.id = id;
    connection_->attach(id, &stream);
    return &stream;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void PerfResponder::answer(PerfStream& request) noexcept {
  if (!request.head.is_complete()) return refuse(request, PerfCode::kNoLength);
  const std::uint64_t wanted = request.head.response_bytes();
  const bool is_over = limits_.response_bytes != 0 && wanted > limits_.response_bytes;
  if (is_over && wanted != kPerfUntilStopped) return refuse(request, PerfCode::kTooMuch);
  ++totals_.requests;
  if (ngtcp2_is_bidi_stream(request.id) == 0) return answer_elsewhere(request);
  shape(request, wanted);
  outbox_.add(request);
}

void PerfResponder::shape(PerfStream& answer, std::uint64_t bytes) const noexcept {
  answer.has_end = bytes != kPerfUntilStopped;
  const std::uint64_t most = limits_.response_bytes;
  answer.to_send = most == 0 ? bytes : std::min(bytes, most);
}

void PerfResponder::answer_elsewhere(const PerfStream& request) noexcept {
  // A client that asks and never lets an answer be sent could have us remember any number of them.
  if (unopened_.size() >= limits_.streams) {
    ++totals_.refused_requests;
    return;
  }
  try {
    PerfStream& answer = pool_.take();
    shape(answer, request.head.response_bytes());
    unopened_.append(answer);
  } catch (const std::bad_alloc&) {
    ++totals_.refused_requests;
  }
}

void PerfResponder::refuse(const PerfStream& request, PerfCode code) noexcept {
  ++totals_.refused_requests;
  if (ngtcp2_is_bidi_stream(request.id) != 0)
    connection_->reset(request.id, static_cast<std::uint64_t>(code));
}

}  // namespace xr
