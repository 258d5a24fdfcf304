#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "transport/wait/deadline.h"

namespace xr {

/// Nothing over TCP: its own handshake is all there is.
class PlainLayer {
 public:
  static constexpr bool kHasHandshake = false;

  struct Session {
    int fd;
  };

  Session open(int fd, const Deadline&) const { return {fd}; }
  bool wants_resumption() const { return false; }
  bool is_resumed(const Session&) const { return false; }

  void write(Session& session, const std::uint8_t* data, std::size_t length,
             const Deadline& deadline) const {
    for (std::size_t done = 0; done < length;) {
      const ssize_t sent =
          ::send(session.fd, data + done, length - done, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN || errno == EINTR) {
        deadline.wait(session.fd, POLLOUT, "send");
      } else {
        throw_errno("CONNECT_REFUSED", "send");
      }
    }
  }

  void read(Session& session, std::uint8_t* into, std::size_t length,
            const Deadline& deadline) const {
    for (std::size_t done = 0; done < length;) {
      const ssize_t got = ::recv(session.fd, into + done, length - done, MSG_DONTWAIT);
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (got == 0) {
        throw_fault("CONNECT_REFUSED", "recv", "recv: the peer closed the connection");
      } else if (errno == EAGAIN || errno == EINTR) {
        deadline.wait(session.fd, POLLIN, "recv");
      } else {
        throw_errno("CONNECT_REFUSED", "recv");
      }
    }
  }
};

}  // namespace xr
