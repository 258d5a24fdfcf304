#include "binding/network_device.h"

#include "binding/device_settings.h"
#include "binding/text_or_null.h"

namespace xr::js {
namespace {

template <class Members>
Napi::Value members_or_null(Napi::Env env, const Members& members) {
  if (members.empty()) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [name, value] : members) object.Set(name, value);
  return object;
}

}  // namespace

Napi::Value device_settings_of(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) throw Napi::TypeError::New(env, "a string is expected");
  const DeviceSettings settings = device_settings(info[0].As<Napi::String>());
  Napi::Object object = Napi::Object::New(env);
  object.Set("driverVersion", text_or_null(env, settings.driver_version));
  object.Set("firmware", text_or_null(env, settings.firmware));
  object.Set("offloads", members_or_null(env, settings.offloads));
  object.Set("coalescing", members_or_null(env, settings.coalescing));
  object.Set("adaptiveReceive", settings.adaptive_receive);
  object.Set("adaptiveTransmit", settings.adaptive_transmit);
  return object;
}

}  // namespace xr::js
