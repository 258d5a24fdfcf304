#pragma once

#include <string>

namespace xr {

/// The file whose ngtcp2 would be called in place of libngtcp2's, empty when there is none. A
/// Node.js that was built with QUIC exports the functions of its own copy, which is of another
/// version.
std::string foreign_ngtcp2();

}  // namespace xr
