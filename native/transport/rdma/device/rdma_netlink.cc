#include "transport/rdma/device/rdma_netlink.h"

#include <linux/netlink.h>
#include <rdma/rdma_netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "base/error.h"

namespace xr {
namespace {

/// Answers of a dump fill a page at most each (netlink_dump in net/netlink/af_netlink.c).
constexpr std::size_t kReceiveBytes = 32'768;

/// Calls `visit(header)` for each whole message in `bytes`.
template <class Visit>
void for_each_message(const std::byte* bytes, std::size_t size, const Visit& visit) {
  while (size >= sizeof(nlmsghdr)) {
    const auto* header = reinterpret_cast<const nlmsghdr*>(bytes);
    if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > size) return;
    visit(*header);
    const std::size_t step = NLMSG_ALIGN(header->nlmsg_len);
    if (step >= size) return;
    bytes += step;
    size -= step;
  }
}

struct Answer {
  std::optional<std::uint32_t> index;
  std::string_view name;
};

Answer device_in(const nlmsghdr& message) {
  Answer answer;
  const auto* bytes = reinterpret_cast<const std::byte*>(&message);
  for (std::size_t at = NLMSG_HDRLEN; at + NLA_HDRLEN <= message.nlmsg_len;) {
    const auto* attribute = reinterpret_cast<const nlattr*>(bytes + at);
    const std::size_t length = attribute->nla_len;
    if (length < NLA_HDRLEN || at + length > message.nlmsg_len) break;
    const std::byte* payload = bytes + at + NLA_HDRLEN;
    if (attribute->nla_type == RDMA_NLDEV_ATTR_DEV_INDEX && length >= NLA_HDRLEN + 4) {
      std::uint32_t value = 0;
      std::memcpy(&value, payload, sizeof value);
      answer.index = value;
    } else if (attribute->nla_type == RDMA_NLDEV_ATTR_DEV_NAME && length > NLA_HDRLEN) {
      const std::size_t room = length - NLA_HDRLEN;
      const auto* text = reinterpret_cast<const char*>(payload);
      answer.name = {text, strnlen(text, room)};
    }
    at += NLA_ALIGN(length);
  }
  return answer;
}

/// The errno in an acknowledgement; nothing in another message.
std::optional<int> acknowledged(const nlmsghdr& message) {
  if (message.nlmsg_type != NLMSG_ERROR || message.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr)))
    return std::nullopt;
  return -reinterpret_cast<const nlmsgerr*>(NLMSG_DATA(&message))->error;
}

}  // namespace

RdmaNetlink::RdmaNetlink() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_RDMA)) {
  if (socket_.get() < 0) throw_errno("RDMA_LINK", "socket");
}

int RdmaNetlink::ask(const NetlinkRequest& request) const noexcept {
  const auto bytes = request.bytes();
  if (::send(fd(), bytes.data(), bytes.size(), 0) < 0) return errno;
  alignas(nlmsghdr) std::array<std::byte, 4096> buffer;
  for (;;) {
    const ssize_t received = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return errno;
    std::optional<int> error;
    for_each_message(buffer.data(), static_cast<std::size_t>(received),
                     [&](const nlmsghdr& message) {
                       if (!error) error = acknowledged(message);
                     });
    if (error) return *error;
  }
}

std::optional<std::uint32_t> RdmaNetlink::index_of(const std::string& name) const {
  const NetlinkRequest request(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_GET),
                               NLM_F_REQUEST | NLM_F_DUMP);
  const auto bytes = request.bytes();
  if (::send(fd(), bytes.data(), bytes.size(), 0) < 0) throw_errno("RDMA_LINK", "send");
  std::optional<std::uint32_t> index;
  alignas(nlmsghdr) std::array<std::byte, kReceiveBytes> buffer;
  for (bool done = false; !done;) {
    const ssize_t received = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) throw_errno("RDMA_LINK", "recv");
    for_each_message(buffer.data(), static_cast<std::size_t>(received),
                     [&](const nlmsghdr& message) {
                       if (message.nlmsg_type == NLMSG_DONE || message.nlmsg_type == NLMSG_ERROR) {
                         done = true;
                         return;
                       }
                       const Answer answer = device_in(message);
                       if (answer.name == name) index = answer.index;
                     });
  }
  return index;
}

}  // namespace xr
