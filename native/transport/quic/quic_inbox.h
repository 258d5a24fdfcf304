#pragma once

#include <cstddef>
#include <cstdint>

#include "transport/pattern.h"

namespace xr {

/// Where the bytes of all streams of a connection go: counted, and copied round `ring` unless it is
/// null, as a read(2) would copy them.
struct QuicInbox {
  std::uint64_t bytes = 0;
  std::uint8_t* ring = nullptr;
  std::size_t ring_bytes = 0;
  /// Each stream is a row of messages of this length, which are counted as their ends come; 0 =
  /// they are not.
  std::uint64_t message_bytes = 0;
  std::uint64_t messages = 0;
  /// What every stream should hold: bytes that differ from it are noted. Null: they are not looked
  /// at.
  const PatternRing* wanted = nullptr;
  bool differs = false;
  /// The windows, and the number of streams, open by `give_credit`, `give_stream_credit` and
  /// `let_open_bidi` alone, not as data come and streams end.
  bool holds_credit = false;
  /// Called for each DATAGRAM frame.
  void (*on_datagram)(void* context, const std::uint8_t* data, std::size_t length) = nullptr;
  void* context = nullptr;
};

}  // namespace xr
