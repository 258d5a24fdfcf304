#include "transport/rdma/connect/cm_address.h"

#include <algorithm>
#include <cstring>

namespace xr {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

MappedAddress mapped_address(const SocketAddress& address) {
  MappedAddress mapped{};
  if (address.family() == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    std::memcpy(mapped.data(), &in6->sin6_addr, mapped.size());
    return mapped;
  }
  const auto* in4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), mapped.begin());
  std::memcpy(mapped.data() + kMappedPrefix.size(), &in4->sin_addr, sizeof in4->sin_addr);
  return mapped;
}

SocketAddress socket_address(const MappedAddress& address, std::uint16_t port,
                             std::uint32_t interface) {
  SocketAddress result;
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin())) {
    auto* in4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    in4->sin_family = AF_INET;
    std::memcpy(&in4->sin_addr, address.data() + kMappedPrefix.size(), sizeof in4->sin_addr);
    result.length = sizeof *in4;
  } else {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    in6->sin6_family = AF_INET6;
    std::memcpy(&in6->sin6_addr, address.data(), address.size());
    if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr)) in6->sin6_scope_id = interface;
    result.length = sizeof *in6;
  }
  result.set_port(port);
  return result;
}

}  // namespace xr
