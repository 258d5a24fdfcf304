#include "transport/socket/pinned_blob.h"

#include <algorithm>

#include "base/error.h"

namespace xr {

Blob encode_pinned_blob(const SocketBlob& blob, const Pin& pin) {
  Blob bytes = encode_blob(blob);
  bytes.insert(bytes.end(), pin.begin(), pin.end());
  return bytes;
}

PinnedBlob decode_pinned_blob(const Blob& bytes, TransportKind transport,
                              std::size_t address_count) {
  PinnedBlob decoded;
  const std::size_t pin_bytes = decoded.pin.size();
  if (bytes.size() < pin_bytes)
    throw_fault("BAD_BLOB", "blob", "the peer's endpoint description has an unexpected length");
  const auto middle = bytes.end() - static_cast<std::ptrdiff_t>(pin_bytes);
  decoded.sockets = decode_blob(Blob(bytes.begin(), middle), transport, address_count);
  std::copy(middle, bytes.end(), decoded.pin.begin());
  return decoded;
}

}  // namespace xr
