#pragma once

#include <array>
#include <cstdint>

#include "transport/socket/blob.h"

namespace xr {

/// SHA-256 of a certificate in DER: by it one end knows the other.
using Pin = std::array<std::uint8_t, 32>;

/// A socket transport's blob with the pin of the certificate that its sender will show.
Blob encode_pinned_blob(const SocketBlob& blob, const Pin& pin);

struct PinnedBlob {
  SocketBlob sockets;
  Pin pin{};
};

/// Throws BAD_BLOB as `decode_blob` does.
PinnedBlob decode_pinned_blob(const Blob& bytes, TransportKind transport,
                              std::size_t address_count);

}  // namespace xr
