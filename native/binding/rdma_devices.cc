#include "binding/rdma_devices.h"

#include "binding/js_error.h"
#include "transport/rdma/device/device_list.h"

namespace xr::js {
namespace {

#ifdef XRBENCH_VERBS
std::vector<RdmaPort> list_ports() { return list_rdma_ports(); }
#else
std::vector<RdmaPort> list_ports() {
  throw_fault("RDMA_NOT_BUILT", "build",
              "this build is without RDMA: the headers of libibverbs were missing (Debian, Ubuntu: "
              "apt install libibverbs-dev, then build again)");
}
#endif

Napi::Object port_to_js(Napi::Env env, const RdmaPort& port) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("device", port.device);
  object.Set("port", port.port);
  object.Set("state", port.state);
  object.Set("stateWithReason", port.state_with_reason);
  object.Set("netdev", port.netdev);
  object.Set("linkLayer", port.link_layer);
  object.Set("activeMtuBytes", port.active_mtu_bytes);
  object.Set("maxMessageBytes", static_cast<double>(port.max_message_bytes));
  object.Set("lid", port.lid);
  object.Set("driver", port.driver);
  object.Set("firmware", port.firmware);
  object.Set("nodeGuid", port.node_guid);
  object.Set("software", port.software);
  Napi::Array gids = Napi::Array::New(env, port.gids.size());
  for (std::uint32_t i = 0; i < port.gids.size(); ++i) {
    Napi::Object gid = Napi::Object::New(env);
    gid.Set("index", port.gids[i].index);
    gid.Set("gid", port.gids[i].gid);
    gid.Set("type", port.gids[i].type);
    gid.Set("netdev", port.gids[i].netdev);
    gids.Set(i, gid);
  }
  object.Set("gids", gids);
  return object;
}

}  // namespace

Napi::Value rdma_devices(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Object result = Napi::Object::New(env);
  Napi::Array list = Napi::Array::New(env);
  result.Set("ports", list);
  result.Set("problem", env.Null());
  try {
    for (const RdmaPort& port : list_ports()) list.Set(list.Length(), port_to_js(env, port));
  } catch (const Error& error) {
    result.Set("problem", to_object(env, error.fault()));
  }
  return result;
}

}  // namespace xr::js
