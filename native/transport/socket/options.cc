#include "transport/socket/options.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "base/error.h"
#include "base/units.h"
#include "transport/socket/address.h"

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#ifndef SO_BUSY_POLL
#define SO_BUSY_POLL 46
#endif
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_INCOMING_NAPI_ID
#define SO_INCOMING_NAPI_ID 56
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

namespace xr {
namespace {

/// For how long a device is polled where nobody says: what the kernel's documentation recommends
/// (net.core.busy_read, Documentation/admin-guide/sysctl/net.rst).
constexpr int kBusyPollUs = 50;

void set_int(int fd, int level, int option, int value, const char* name) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) throw_errno("UNSUPPORTED", name);
}

std::optional<int> get_int(int fd, int level, int option) noexcept {
  int value = 0;
  socklen_t length = sizeof value;
  if (getsockopt(fd, level, option, &value, &length) != 0) return std::nullopt;
  return value;
}

/// AF_INET where the kernel does not say.
int family_of(int fd) noexcept { return get_int(fd, SOL_SOCKET, SO_DOMAIN).value_or(AF_INET); }

timeval to_timeval(std::uint64_t ns) {
  return {static_cast<time_t>(ns / kNsPerSec), static_cast<suseconds_t>(ns % kNsPerSec / kNsPerUs)};
}

}  // namespace

void apply_socket_options(int fd, int family, bool tcp, const SocketOptions& options) {
  if (options.send_buffer_bytes)
    set_int(fd, SOL_SOCKET, SO_SNDBUF, *options.send_buffer_bytes, "SO_SNDBUF");
  if (options.receive_buffer_bytes)
    set_int(fd, SOL_SOCKET, SO_RCVBUF, *options.receive_buffer_bytes, "SO_RCVBUF");
  const auto busy_poll_us =
      options.prefers_busy_poll ? options.busy_poll_us.value_or(kBusyPollUs) : options.busy_poll_us;
  if (busy_poll_us) set_int(fd, SOL_SOCKET, SO_BUSY_POLL, *busy_poll_us, "SO_BUSY_POLL");
  if (options.prefers_busy_poll)
    set_int(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL");
  if (options.dscp) {
    // The upper six bits of the traffic class (RFC 2474 section 3).
    const int traffic_class = *options.dscp << 2;
    if (family == AF_INET6) {
      set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class, "IPV6_TCLASS");
    } else {
      set_int(fd, IPPROTO_IP, IP_TOS, traffic_class, "IP_TOS");
    }
  }
  if (!tcp) return;
  set_int(fd, IPPROTO_TCP, TCP_NODELAY, options.no_delay ? 1 : 0, "TCP_NODELAY");
  if (options.congestion_control) {
    const std::string& name = *options.congestion_control;
    if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name.data(),
                   static_cast<socklen_t>(name.size())) != 0) {
      throw_errno("UNSUPPORTED", "TCP_CONGESTION");
    }
  }
}

void forbid_fragments(int fd, int family) {
  const int mode = IP_PMTUDISC_PROBE;
  if (family == AF_INET6) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &mode, sizeof mode);
  } else {
    ::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof mode);
  }
}

void set_socket_timeouts(int fd, std::uint64_t receive_ns, std::uint64_t send_ns) {
  const timeval receive = to_timeval(receive_ns);
  const timeval send = to_timeval(send_ns);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive) != 0)
    throw_errno("SOCKET", "SO_RCVTIMEO");
  if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof send) != 0)
    throw_errno("SOCKET", "SO_SNDTIMEO");
}

std::optional<int> path_mtu(int fd) noexcept {
  return family_of(fd) == AF_INET6 ? get_int(fd, IPPROTO_IPV6, IPV6_MTU)
                                   : get_int(fd, IPPROTO_IP, IP_MTU);
}

std::uint64_t datagram_header_bytes(int fd) noexcept {
  constexpr std::uint64_t kUdpHeaderBytes = 8;
  return kUdpHeaderBytes + (family_of(fd) == AF_INET6 ? 40 : 20);
}

UniqueFd stream_socket(int family, const SocketOptions& options) {
  const int protocol = options.multipath ? IPPROTO_MPTCP : IPPROTO_TCP;
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (fd) return fd;
  if (options.multipath) throw_errno("UNSUPPORTED", "IPPROTO_MPTCP");
  throw_errno("SOCKET", "socket");
}

void make_blocking(int fd) {
  int off = 0;
  if (::ioctl(fd, FIONBIO, &off) != 0) throw_errno("SOCKET", "ioctl");
}

bool is_multipath(int fd) noexcept {
  // <linux/mptcp.h> of Debian 12's kernel headers does not agree with <netinet/in.h>.
  constexpr int kSolMptcp = 284;
  constexpr int kMptcpInfo = 1;
  constexpr std::uint32_t kFallback = 1;
  struct {
    std::uint8_t counts[8];
    std::uint32_t flags;
    std::uint32_t rest[32];
  } info{};
  socklen_t length = sizeof info;
  // One that fell back while it was accepted is a socket of TCP itself.
  if (::getsockopt(fd, kSolMptcp, kMptcpInfo, &info, &length) != 0) return false;
  return (info.flags & kFallback) == 0;
}

std::optional<bool> has_device_to_poll(int fd) noexcept {
  const auto napi = get_int(fd, SOL_SOCKET, SO_INCOMING_NAPI_ID);
  if (!napi) return std::nullopt;
  return *napi != 0;
}

EffectiveSettings read_socket_settings(int fd, bool tcp) {
  EffectiveSettings settings;
  const SocketAddress local = local_address_of(fd);
  const SocketAddress remote = remote_address_of(fd);
  settings.local_address = local.text();
  settings.remote_address = remote.text();
  settings.local_port = local.port();
  settings.remote_port = remote.port();
  settings.send_buffer_bytes = get_int(fd, SOL_SOCKET, SO_SNDBUF);
  settings.receive_buffer_bytes = get_int(fd, SOL_SOCKET, SO_RCVBUF);
  settings.busy_poll_us = get_int(fd, SOL_SOCKET, SO_BUSY_POLL);
  const auto traffic_class = local.family() == AF_INET6 ? get_int(fd, IPPROTO_IPV6, IPV6_TCLASS)
                                                        : get_int(fd, IPPROTO_IP, IP_TOS);
  if (traffic_class) settings.dscp = *traffic_class >> 2;
  settings.path_mtu_bytes = path_mtu(fd);
  if (!tcp) return settings;
  if (const auto no_delay = get_int(fd, IPPROTO_TCP, TCP_NODELAY))
    settings.no_delay = *no_delay != 0;
  settings.max_segment_bytes = get_int(fd, IPPROTO_TCP, TCP_MAXSEG);
  std::array<char, 16> name{};
  socklen_t length = name.size() - 1;
  if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name.data(), &length) == 0)
    settings.congestion_control = name.data();
  return settings;
}

std::uint64_t socket_drops(int fd) noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace xr
