#pragma once

namespace xr {

/// How one operation of a link ended. The run goes on but for the last four.
enum class Io {
  kOk,
  kLost,     ///< no answer within the message timeout; the link has counted the message as lost
  kRefused,  ///< the local stack would not take the message; the link has counted it as lost
  kDue,      ///< a time came first: a timer's, or that to look at the clock
  kNothing,  ///< nothing is there now
  kFull,     ///< no more goes now: a window, a buffer or congestion control stands in the way
  kStalled,  ///< nothing at all within the idle timeout; a stream may be gone on with after it
  kClosed,   ///< the peer went away
  kStopped,  ///< the stop flag
  kError,    ///< see the link's `failure()`
};

/// Whether the message is one that the link has counted as lost.
constexpr bool is_loss(Io io) noexcept { return io == Io::kLost || io == Io::kRefused; }

/// The system call at fault for `Io::kError`; `op` is a string literal.
struct IoFailure {
  const char* op = "";
  int errno_value = 0;
};

enum class Role { kInitiator, kResponder, kSender, kReceiver };

}  // namespace xr
