#pragma once

#include <napi.h>

#include <cstdint>

#include "base/error.h"

namespace xr::js {

inline constexpr std::size_t kProgressSlots = 8;

/// The progress block of a run; null when nothing shows it. Throws BAD_SPEC.
inline std::int64_t* progress_from_js(const Napi::Value& value) {
  if (value.IsNull() || value.IsUndefined()) return nullptr;
  if (!value.IsTypedArray() ||
      value.As<Napi::TypedArray>().TypedArrayType() != napi_bigint64_array ||
      value.As<Napi::TypedArray>().ElementLength() < kProgressSlots) {
    throw_fault("BAD_SPEC", "run", "progress must be a BigInt64Array of eight");
  }
  return value.As<Napi::BigInt64Array>().Data();
}

}  // namespace xr::js
