#pragma once

#include <napi.h>

namespace xr::js {

/// `rdmaLink` of src/addon/addon.ts.
Napi::Object rdma_link(Napi::Env env);

}  // namespace xr::js
