#include "transport/socket/quic_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.h"
#include "transport/socket/options.h"

namespace xr {

UniqueFd open_quic_socket(const SocketAddress& local, const SocketOptions& options) {
  UniqueFd fd(::socket(local.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) throw_errno("SOCKET", "socket");
  apply_socket_options(fd.get(), local.family(), false, options);
  forbid_fragments(fd.get(), local.family());
  if (::bind(fd.get(), local.get(), local.length) != 0)
    throw_errno(errno == EADDRINUSE ? "ADDRESS_IN_USE" : "ADDRESS", "bind");
  return fd;
}

}  // namespace xr
