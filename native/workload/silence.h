#pragma once

#include <algorithm>
#include <cstdint>

#include "measure/mark.h"
#include "measure/run_board.h"

namespace xr {

/// How long the end of a stream puts up with nothing.
struct Patience {
  /// A link waits so long in one go, or somewhat longer; then its loop looks around.
  std::uint64_t wait_ns = 0;
  /// Nothing at all for so long, beyond `interval_ns`: the path is down.
  std::uint64_t idle_timeout_ns = 0;
  /// Between two messages of a connection that keeps to a rate.
  std::uint64_t interval_ns = 0;
};

/// What it means that a connection of a stream brings nothing. A path is down when none of an end's
/// brings anything: one that gets nothing while others move is starved by them, which is true of
/// the path and no reason to end what is measured.
///
/// Looks at nothing but after a wait in vain, so that no message pays for it. A movement is noticed
/// up to a wait late; never is one overlooked.
template <class Clock>
class Silence {
 public:
  /// `follows`: of a sender. A receiver asks the other receivers alone, for what a sender hands to
  /// the local stack proves nothing about a path.
  Silence(const Clock& clock, const RunBoard& board, unsigned link, bool follows,
          const Patience& patience) noexcept
      : board_(board),
        link_(link),
        follows_(follows),
        wait_(clock.from_ns(patience.wait_ns)),
        interval_(clock.from_ns(patience.interval_ns)),
        limit_(clock.from_ns(patience.idle_timeout_ns) + interval_) {}

  void start(std::uint64_t now) noexcept { moved_at_ = now; }

  /// `kDown`: it is a stall. `kStarved`: the path is up, or nothing was due yet, so that edges that
  /// have passed were met. `kOpen`: nobody knows yet.
  enum class Verdict { kDown, kOpen, kStarved };

  /// After a wait that ended at `now` and brought nothing. `own`: whatever has come or gone over
  /// this link so far.
  Verdict judge(std::uint64_t now, std::uint64_t own) noexcept {
    if (own != own_) moved_at_ = std::max(moved_at_, now - std::min(now, wait_));
    own_ = own;
    const std::uint64_t others = board_.moved(link_, follows_);
    const bool others_move = others != others_;
    others_ = others;
    if (others_move) moved_at_ = now;
    const std::uint64_t silent = now - moved_at_;
    if (silent >= limit_) return Verdict::kDown;
    return others_move || silent < interval_ ? Verdict::kStarved : Verdict::kOpen;
  }

 private:
  const RunBoard& board_;
  unsigned link_;
  bool follows_;
  std::uint64_t wait_;
  std::uint64_t interval_;
  std::uint64_t limit_;
  std::uint64_t moved_at_ = 0;
  std::uint64_t own_ = 0;
  std::uint64_t others_ = 0;
};

/// Of a link, all its counters together, with what else it has heard.
template <class Link>
std::uint64_t movement_of(Link& link) noexcept {
  const Counters& c = link.counters();
  const std::uint64_t counted = c.messages + c.bytes + c.lost + c.duplicates + c.reordered + c.late;
  if constexpr (requires { link.heard(); }) return counted + link.heard();
  return counted;
}

}  // namespace xr
