#pragma once

#include <algorithm>

#include "transport/rdma/device/verbs.h"

namespace xr {

/// `fe80::/10` (RFC 4291 section 2.5.6).
inline bool is_link_local(const ibv_gid& gid) noexcept {
  return gid.raw[0] == 0xfe && (gid.raw[1] & 0xc0) == 0x80;
}

/// An IPv4 address stands in a GID as an IPv4-mapped IPv6 address (InfiniBand Architecture 1.x,
/// annex 17, RoCE v2).
inline bool is_mapped_ipv4(const ibv_gid& gid) noexcept {
  return std::all_of(gid.raw, gid.raw + 10, [](std::uint8_t byte) { return byte == 0; }) &&
         gid.raw[10] == 0xff && gid.raw[11] == 0xff;
}

/// What a GID stands for, in a word for users.
inline const char* kind_of(const ibv_gid& gid) noexcept {
  if (is_mapped_ipv4(gid)) return "IPv4";
  return is_link_local(gid) ? "link-local" : "IPv6";
}

}  // namespace xr
