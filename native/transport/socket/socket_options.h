#pragma once

#include <optional>
#include <string>

namespace xr {

/// Of the sockets that a transport runs over, as requested; an empty optional leaves the kernel's
/// own. Documented at `SocketOptions` in src/addon/addon.ts.
struct SocketOptions {
  std::optional<int> send_buffer_bytes;
  std::optional<int> receive_buffer_bytes;
  bool no_delay = true;
  std::optional<std::string> congestion_control;
  std::optional<int> dscp;
  std::optional<int> busy_poll_us;
  bool segmentation_offload = true;
  /// Of TCP: a connection of several paths (RFC 8684).
  bool multipath = false;
  /// The kernel polls the device while a call waits, and leaves its interrupts off meanwhile.
  bool prefers_busy_poll = false;
};

}  // namespace xr
