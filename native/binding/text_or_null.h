#pragma once

#include <napi.h>

#include <string>

namespace xr::js {

inline Napi::Value text_or_null(Napi::Env env, const std::string& text) {
  return text.empty() ? env.Null() : Napi::Value(Napi::String::New(env, text));
}

}  // namespace xr::js
