#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "transport/endpoint_spec.h"
#include "transport/message/fragment_writer.h"
#include "workload/message_head.h"

namespace xr {

/// In front of each payload of a message that goes out whole; empty: nothing.
inline std::optional<unsigned> header_bytes_of(const EndpointSpec& spec) noexcept {
  if (!spec.uses_messages()) return std::nullopt;
  return static_cast<unsigned>(kMessageHeadBytes);
}

/// In front of what this end sends, where it is cut into datagrams of at most `datagram_bytes`.
inline std::optional<unsigned> header_bytes_of(const EndpointSpec& spec,
                                               std::size_t datagram_bytes) noexcept {
  if (!spec.uses_messages()) return std::nullopt;
  const std::uint64_t fragments =
      FragmentWriter::fragments_of(spec.sent_message_bytes(), datagram_bytes);
  return static_cast<unsigned>(kMessageHeadBytes + kFragmentHeadBytes * fragments);
}

}  // namespace xr
