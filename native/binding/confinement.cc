#include "binding/confinement.h"

#include <string>
#include <vector>

#include "confine/confine.h"
#include "confine/private_memory.h"

namespace xr::js {

Napi::Value confine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArray()) throw Napi::TypeError::New(env, "an array of paths is expected");
  const auto paths = info[0].As<Napi::Array>();
  std::vector<std::string> readable;
  for (std::uint32_t i = 0; i < paths.Length(); ++i) readable.push_back(paths.Get(i).ToString());
  const Confinement applied = confine_process(readable);
  Napi::Object object = Napi::Object::New(env);
  object.Set("noNewPrivileges", applied.no_new_privileges);
  object.Set("filtersCalls", applied.filters_calls);
  object.Set("landlock", applied.landlock);
  return object;
}

Napi::Value confine_local_sockets(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsBoolean()) throw Napi::TypeError::New(env, "true or false is expected");
  return Napi::Boolean::New(env, xr::confine_local_sockets(info[0].As<Napi::Boolean>()));
}

Napi::Value make_memory_private(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), xr::make_memory_private());
}

}  // namespace xr::js
