#pragma once

#include <napi.h>

namespace xr::js {

/// `deviceSettings` of src/addon/addon.ts.
Napi::Value device_settings_of(const Napi::CallbackInfo& info);

}  // namespace xr::js
