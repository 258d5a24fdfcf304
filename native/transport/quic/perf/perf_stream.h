#pragma once

#include <cstdint>
#include <deque>

#include "transport/quic/perf/perf_protocol.h"

namespace xr {

class PerfStreamList;

/// What either end knows of one stream.
struct PerfStream {
  std::int64_t id = -1;
  PerfHead head;
  std::uint64_t received = 0;
  std::uint64_t to_send = 0;
  std::uint64_t sent = 0;
  /// After `to_send` bytes the stream ends; else it is cut off.
  bool has_end = true;
  /// The client's: which of its requests this is.
  unsigned slot = 0;
  /// The client's: the server has finished.
  bool has_answer = false;
  /// The client's: nobody waits for it any more.
  bool is_settled = false;
  PerfStream* previous = nullptr;
  PerfStream* next = nullptr;
  PerfStreamList* list = nullptr;
};

/// Streams in an order. It owns none of them, and each is in at most one list.
class PerfStreamList {
 public:
  PerfStream* first() const noexcept { return first_; }

  void append(PerfStream& stream) noexcept {
    stream.previous = last_;
    stream.next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = &stream;
    last_ = &stream;
    stream.list = this;
    ++size_;
  }

  void remove(PerfStream& stream) noexcept {
    (stream.previous == nullptr ? first_ : stream.previous->next) = stream.next;
    (stream.next == nullptr ? last_ : stream.next->previous) = stream.previous;
    stream.list = nullptr;
    --size_;
  }

  /// Takes a stream out of whichever list it is in.
  static void unlist(PerfStream& stream) noexcept {
    if (stream.list != nullptr) stream.list->remove(stream);
  }

  /// Appends all of `other`, which is empty afterwards.
  void append_all(PerfStreamList& other) noexcept {
    while (PerfStream* stream = other.first()) {
      other.remove(*stream);
      append(*stream);
    }
  }

  std::size_t size() const noexcept { return size_; }

 private:
  PerfStream* first_ = nullptr;
  PerfStream* last_ = nullptr;
  std::size_t size_ = 0;
};

/// Memory of streams, kept for the next: it grows to as many as ever exist at once.
class PerfStreamPool {
 public:
  /// May throw std::bad_alloc.
  PerfStream& take() {
    PerfStream* stream = free_.first();
    if (stream == nullptr) return all_.emplace_back();
    free_.remove(*stream);
    *stream = PerfStream{};
    return *stream;
  }

  void give_back(PerfStream& stream) noexcept { free_.append(stream); }
  std::size_t in_use() const noexcept { return all_.size() - free_.size(); }

 private:
  std::deque<PerfStream> all_;
  PerfStreamList free_;
};

}  // namespace xr
