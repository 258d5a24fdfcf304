#pragma once

#include <napi.h>

#include "transport/endpoint_spec.h"

namespace xr::js {

/// Reads an `EndpointSpec` (src/addon/addon.ts). Throws BAD_SPEC for a missing field, a wrong type,
/// or a number that does not fit.
EndpointSpec spec_from_js(const Napi::Value& value);

}  // namespace xr::js
