#include "binding/rdma_link.h"

#include "binding/js_error.h"
#include "transport/rdma/device/soft_roce.h"

namespace xr::js {
namespace {

std::string text_argument(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsString()) throw Napi::TypeError::New(info.Env(), "a string is expected");
  return info[index].As<Napi::String>();
}

Napi::Value add(const Napi::CallbackInfo& info) {
  const std::string name = text_argument(info, 0);
  const std::string netdev = text_argument(info, 1);
  guarded(info.Env(), [&] { add_soft_roce(name, netdev); });
  return info.Env().Undefined();
}

Napi::Value remove(const Napi::CallbackInfo& info) {
  const std::string name = text_argument(info, 0);
  if (!info[1].IsNumber()) throw Napi::TypeError::New(info.Env(), "a number is expected");
  const int limit_ms = info[1].As<Napi::Number>().Int32Value();
  const char* word = guarded(info.Env(), [&] {
    switch (remove_soft_roce(name, limit_ms)) {
      case LinkRemoval::kRemoved: return "removed";
      case LinkRemoval::kAbsent: return "absent";
      case LinkRemoval::kBusy: return "busy";
    }
    return "busy";
  });
  return Napi::String::New(info.Env(), word);
}

Napi::Value socket_errno(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), rdma_netlink_errno());
}

}  // namespace

Napi::Object rdma_link(Napi::Env env) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("add", Napi::Function::New<add>(env, "add"));
  object.Set("remove", Napi::Function::New<remove>(env, "remove"));
  object.Set("socketErrno", Napi::Function::New<socket_errno>(env, "socketErrno"));
  return object;
}

}  // namespace xr::js
