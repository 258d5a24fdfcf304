#include <napi.h>

#include "binding/endpoint_wrap.h"
#ifdef XRBENCH_QUIC
#include "transport/quic/foreign_library.h"
#endif

// The addon file of its own for the transports that need GnuTLS: where that is not installed, this
// file does not load, and nothing else suffers.

namespace xr::js {
namespace {

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Napi::Array transports = Napi::Array::New(env);
  transports.Set(0u, "tls");
#ifdef XRBENCH_QUIC
  if (const std::string file = foreign_ngtcp2(); !file.empty())
    throw Napi::Error::New(env, "the ngtcp2 in " + file + " takes the place of the system's");
  transports.Set(1u, "quic");
#endif
  exports.Set("transports", transports);
  exports.Set("Endpoint", EndpointWrap::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(xrbench_secure, init)

}  // namespace xr::js
