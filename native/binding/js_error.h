#pragma once

#include <napi.h>

#include "base/error.h"

namespace xr::js {

/// A JavaScript Error with the fields of `NativeFault` in src/addon/addon.ts.
inline Napi::Error to_error(Napi::Env env, const Fault& fault) {
  Napi::Error error = Napi::Error::New(env, fault.message);
  error.Set("code", Napi::String::New(env, fault.code));
  error.Set("op", Napi::String::New(env, fault.op));
  error.Set("errno", Napi::Number::New(env, fault.errno_value));
  return error;
}

inline Napi::Object to_object(Napi::Env env, const Fault& fault) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("code", fault.code);
  object.Set("op", fault.op);
  object.Set("errno", fault.errno_value);
  object.Set("message", fault.message);
  return object;
}

/// Calls `body` and turns what it throws into a JavaScript exception: the only place where the two
/// kinds meet.
template <class Body>
auto guarded(Napi::Env env, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Error& error) {
    throw to_error(env, error.fault());
  } catch (const std::bad_alloc&) {
    throw to_error(
        env, Fault{"NO_MEMORY", "allocate", ENOMEM, "not enough memory for this message size"});
  }
}

}  // namespace xr::js
