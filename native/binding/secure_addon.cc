#include <napi.h>

#include "binding/endpoint_wrap.h"
#ifdef XRBENCH_QUIC
#include "binding/perf_wrap.h"
#include "transport/quic/foreign_library.h"
#endif

// The addon file of a transport whose libraries not every machine has, one file for each of them:
// where its libraries are not installed, that file does not load, and nothing else suffers.

namespace xr::js {
namespace {

Napi::Object init(Napi::Env env, Napi::Object exports) {
#ifdef XRBENCH_QUIC
  if (const std::string file = foreign_ngtcp2(); !file.empty())
    throw Napi::Error::New(env, "the ngtcp2 in " + file + " takes the place of the system's");
  exports.Set("PerfServer", PerfServerWrap::define(env));
  exports.Set("PerfClient", PerfClientWrap::define(env));
#endif
  exports.Set("Endpoint", EndpointWrap::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)

}  // namespace xr::js
