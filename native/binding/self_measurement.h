#pragma once

#include <napi.h>

namespace xr::js {

/// `clockReport`, `recordValues` and `recordingCost` of src/addon/addon.ts: what the core says of
/// itself.
Napi::Value clock_report(const Napi::CallbackInfo& info);
Napi::Value record_values(const Napi::CallbackInfo& info);
Napi::Value recording_cost(const Napi::CallbackInfo& info);

}  // namespace xr::js
