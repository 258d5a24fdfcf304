#pragma once

#include <napi.h>

namespace xr::js {

/// `confine` of src/addon/addon.ts.
Napi::Value confine(const Napi::CallbackInfo& info);
/// `confineLocalSockets` and `makeMemoryPrivate`, there as well.
Napi::Value confine_local_sockets(const Napi::CallbackInfo& info);
Napi::Value make_memory_private(const Napi::CallbackInfo& info);

}  // namespace xr::js
