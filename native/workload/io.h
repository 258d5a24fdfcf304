#pragma once

namespace xr {

/// How one operation of a link ended.
enum class Io {
  kOk,
  kLost,     ///< no answer within the message timeout; the run goes on
  kDue,      ///< nothing yet: look at the clock
  kFull,     ///< no room for it now
  kStalled,  ///< nothing at all within the idle timeout
  kClosed,   ///< the peer went away
  kStopped,  ///< the stop flag
  kError,    ///< see the link's `failure()`
};

/// The system call at fault for `Io::kError`; `op` is a string literal.
struct IoFailure {
  const char* op = "";
  int errno_value = 0;
};

enum class Role { kInitiator, kResponder, kSender, kReceiver };

}  // namespace xr
