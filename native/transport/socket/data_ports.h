#pragma once

#include <functional>
#include <optional>

#include "base/unique_fd.h"
#include "transport/endpoint_spec.h"

namespace xr {

/// A socket bound to the first port of the range that is free; without a range to any, which the
/// kernel chooses. `bind_to` gives none where the port is taken. Throws NO_DATA_PORT where all are.
UniqueFd take_data_port(const std::optional<PortRange>& range,
                        const std::function<UniqueFd(unsigned port)>& bind_to);

}  // namespace xr
