#include "transport/transport_options.h"

#include <array>
#include <cstddef>
#include <utility>

namespace xr {

TransportOptions default_options(TransportKind kind) {
  return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    const std::array all{TransportOptions(std::in_place_index<kIndex>)...};
    return all[static_cast<std::size_t>(kind)];
  }(std::make_index_sequence<std::variant_size_v<TransportOptions>>{});
}

}  // namespace xr
