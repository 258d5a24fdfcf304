#pragma once

#include <cstdint>

#include "transport/endpoint_spec.h"
#include "transport/message/byte_stream_messages.h"
#include "transport/message/message_contents.h"
#include "transport/socket/byte_stream_link.h"

namespace xr {

/// Of all links of an endpoint over connections that carry bytes in order.
inline std::uint64_t byte_stream_buffers_bytes(const EndpointSpec& spec) noexcept {
  if (spec.uses_messages())
    return kByteStreamInputBytes + OutgoingMessage::buffer_bytes(spec.longest_message_bytes());
  // Whoever makes connections holds the reply against what it sent.
  if (spec.workload == Workload::kConnect)
    return spec.side == Side::kClient ? 2 * spec.message_bytes : spec.message_bytes;
  std::uint64_t all = 0;
  for (unsigned i = 0; i < spec.link_count(); ++i)
    all += byte_stream_buffer_bytes(spec.message_bytes, spec.role_of(i));
  return all;
}

}  // namespace xr
