#pragma once

#include <algorithm>
#include <cstdint>

#include "transport/quic/perf/perf_stream.h"
#include "transport/quic/quic_connection.h"

namespace xr {

/// Streams with something to send, in turn, several of them in a packet where they fit.
class PerfOutbox {
 public:
  /// What each stream consists of: `head_bytes` bytes, once, which lie just before any number of
  /// `filler_bytes` bytes. The memory stays as it is: what was sent may have to be sent again.
  struct Text {
    std::uint8_t* head = nullptr;
    std::size_t head_bytes = 0;
    std::size_t filler_bytes = 0;
  };

  /// `bytes_sent` counts what of streams is sent for the first time.
  PerfOutbox(const Text& text, std::uint64_t& bytes_sent) noexcept
      : text_(text), bytes_sent_(bytes_sent) {}

  void add(PerfStream& stream) noexcept { ready_.append(stream); }

  /// To be called before the first packet of a turn: windows may have grown.
  void begin_turn(const QuicConnection& connection) noexcept {
    if (blocked_.first() != nullptr && connection.has_credit()) ready_.append_all(blocked_);
  }

  /// A stream that has sent all it may, and has no end; null when there is none (any more).
  PerfStream* take_cut() noexcept {
    PerfStream* stream = cut_.first();
    if (stream != nullptr) cut_.remove(*stream);
    return stream;
  }

  /// The next packet, as `QuicConnection::write` has it.
  ngtcp2_ssize write(QuicConnection& connection, std::uint8_t* to, std::uint64_t now_ns) noexcept {
    while (PerfStream* stream = ready_.first()) {
      const std::uint64_t left = stream->to_send - stream->sent;
      const ngtcp2_vec piece = piece_at(stream->sent, left);
      const bool last = stream->has_end && piece.len == left;
      ngtcp2_ssize taken = -1;
      const ngtcp2_ssize length =
          connection.write_some(to, stream->id, {&piece, 1}, last, taken, now_ns);
      ready_.remove(*stream);
      if (taken > 0) {
        stream->sent += static_cast<std::uint64_t>(taken);
        bytes_sent_ += static_cast<std::uint64_t>(taken);
      }
      const bool sent_all = taken == static_cast<ngtcp2_ssize>(piece.len) && piece.len == left;
      if (length == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
        blocked_.append(*stream);
        continue;
      }
      // Stopped by the peer, or reset by ourselves: nothing of it is wanted.
      if (length == NGTCP2_ERR_STREAM_SHUT_WR || length == NGTCP2_ERR_STREAM_NOT_FOUND) continue;
      if (!sent_all) {
        ready_.append(*stream);
      } else if (!last) {
        cut_.append(*stream);
      }
      if (length != NGTCP2_ERR_WRITE_MORE) return length;
    }
    std::size_t taken = 0;
    return connection.write(to, -1, nullptr, 0, taken, now_ns);
  }

 private:
  ngtcp2_vec piece_at(std::uint64_t sent, std::uint64_t left) const noexcept {
    const std::uint64_t offset = std::min<std::uint64_t>(sent, text_.head_bytes);
    const std::uint64_t here = text_.head_bytes - offset + text_.filler_bytes;
    return {text_.head + offset, static_cast<std::size_t>(std::min(left, here))};
  }

  Text text_;
  std::uint64_t& bytes_sent_;
  PerfStreamList ready_;
  PerfStreamList blocked_;
  PerfStreamList cut_;
};

}  // namespace xr
