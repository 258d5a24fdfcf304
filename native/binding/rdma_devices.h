#pragma once

#include <napi.h>

namespace xr::js {

/// `rdmaDevices` of src/addon/addon.ts.
Napi::Value rdma_devices(const Napi::CallbackInfo& info);

}  // namespace xr::js
