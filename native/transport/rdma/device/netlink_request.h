#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace xr {

/// A netlink message (netlink(7)) put together in fixed memory, so that a process that has just
/// forked can send it.
class NetlinkRequest {
 public:
  NetlinkRequest(std::uint16_t type, std::uint16_t flags) noexcept {
    const nlmsghdr header{NLMSG_HDRLEN, type, flags, 1, 0};
    std::memcpy(bytes_.data(), &header, sizeof header);
  }

  /// A string attribute carries its closing NUL.
  bool add(std::uint16_t attribute, std::string_view text) noexcept {
    if (!begin(attribute, text.size() + 1)) return false;
    std::memcpy(payload(), text.data(), text.size());
    end(text.size() + 1);
    return true;
  }

  bool add(std::uint16_t attribute, std::uint32_t value) noexcept {
    if (!begin(attribute, sizeof value)) return false;
    std::memcpy(payload(), &value, sizeof value);
    end(sizeof value);
    return true;
  }

  std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  bool begin(std::uint16_t attribute, std::size_t bytes) noexcept {
    if (size_ + NLA_ALIGN(NLA_HDRLEN + bytes) > bytes_.size()) return false;
    const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + bytes), attribute};
    std::memcpy(bytes_.data() + size_, &header, sizeof header);
    return true;
  }
  std::byte* payload() noexcept { return bytes_.data() + size_ + NLA_HDRLEN; }
  void end(std::size_t bytes) noexcept {
    size_ += NLA_ALIGN(NLA_HDRLEN + bytes);
    const auto length = static_cast<std::uint32_t>(size_);
    std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  }

  alignas(nlmsghdr) std::array<std::byte, 256> bytes_{};
  std::size_t size_ = NLMSG_HDRLEN;
};

}  // namespace xr
