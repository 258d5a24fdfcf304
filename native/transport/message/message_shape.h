#pragma once

#include <cstdint>
#include <vector>

#include "transport/endpoint_spec.h"
#include "workload/message_head.h"

namespace xr {

/// What both ends of a message link have agreed on before the first message.
struct MessageShape {
  Side side = Side::kClient;
  /// Payload of the longest message, either way.
  std::uint32_t longest_bytes = 0;
  /// The connection of each flow.
  std::vector<std::uint32_t> connection_of_flow;
  std::uint64_t idle_timeout_ns = 0;
  bool verify = false;

  /// Whether a head that came on `connection` is one of this shape.
  bool allows(const MessageHead& head, std::uint32_t connection) const noexcept {
    return head.length <= longest_bytes && head.flow < connection_of_flow.size() &&
           connection_of_flow[head.flow] == connection;
  }
};

/// What of `shape` is on one of its connections, as if that were the only one: its flows are
/// numbered from 0 on, in their order.
inline MessageShape shape_of_connection(const MessageShape& shape, std::uint32_t connection) {
  MessageShape own = shape;
  std::erase_if(own.connection_of_flow, [&](std::uint32_t of) { return of != connection; });
  own.connection_of_flow.assign(own.connection_of_flow.size(), 0);
  return own;
}

/// That of a workload with one flow on each connection.
inline MessageShape message_shape_of(const EndpointSpec& spec) {
  MessageShape shape;
  shape.side = spec.side;
  shape.longest_bytes = static_cast<std::uint32_t>(spec.longest_message_bytes());
  for (std::uint32_t i = 0; i < spec.link_count(); ++i) shape.connection_of_flow.push_back(i);
  shape.idle_timeout_ns = spec.idle_timeout_ns;
  shape.verify = spec.verify;
  return shape;
}

}  // namespace xr
