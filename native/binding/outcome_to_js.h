#pragma once

#include <napi.h>

#include "transport/outcome.h"

namespace xr::js {

/// `RunOutcome` of src/addon/addon.ts.
Napi::Object to_js(Napi::Env env, const RunOutcome& outcome);
Napi::Object to_js(Napi::Env env, const EffectiveSettings& settings);
Napi::Object to_js(Napi::Env env, const SparseHistogram& histogram);
/// `drift_ppm` is empty before a run.
Napi::Object to_js(Napi::Env env, ClockSource source, const ClockQuality& quality,
                   std::optional<double> drift_ppm);

}  // namespace xr::js
