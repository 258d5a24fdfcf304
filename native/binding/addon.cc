#include <napi.h>

#include "binding/confinement.h"
#include "binding/endpoint_wrap.h"
#include "binding/network_device.h"
#include "binding/rdma_devices.h"
#include "binding/rdma_link.h"
#include "binding/self_measurement.h"
#include "binding/text_or_null.h"
#include "measure/hdr_layout.h"
#include "transport/endpoint.h"
#include "transport/quic_openssl/openssl_api.h"
#include "transport/tls/kernel_keys.h"

#ifndef XRBENCH_VERSION
#define XRBENCH_VERSION "0"
#endif
#ifndef XRBENCH_FLAGS
#define XRBENCH_FLAGS ""
#endif

namespace xr::js {
namespace {

#if defined(__clang__)
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

Napi::Value sanitizer(Napi::Env env) {
#if defined(__SANITIZE_ADDRESS__)
  return Napi::String::New(env, "address");
#elif defined(__SANITIZE_THREAD__)
  return Napi::String::New(env, "thread");
#else
  return env.Null();
#endif
}

Napi::Object build_facts(Napi::Env env) {
  Napi::Array transports = Napi::Array::New(env);
  for (const auto& [name, kind] : kTransportNames) {
    if (is_built_in(kind)) transports.Set(transports.Length(), name);
  }
  Napi::Object build = Napi::Object::New(env);
  build.Set("version", XRBENCH_VERSION);
  build.Set("compiler", kCompiler);
  build.Set("flags", XRBENCH_FLAGS);
  build.Set("sanitizer", sanitizer(env));
  build.Set("transports", transports);
  return build;
}

/// The OpenSSL of this process, and what it lacks for QUIC; null: nothing.
Napi::Object openssl_facts(Napi::Env env) {
  const ossl::Found& found = ossl::find_openssl();
  Napi::Object facts = Napi::Object::New(env);
  facts.Set("version", Napi::String::New(env, found.version));
  facts.Set("missing", text_or_null(env, found.missing));
  return facts;
}

/// `kernelTlsProblems` of src/addon/addon.ts.
Napi::Value kernel_tls_problems(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object problems = Napi::Object::New(env);
  for (const auto& [name, cipher] : kTlsCipherNames)
    problems.Set(name, text_or_null(env, why_no_kernel_tls(cipher)));
  return problems;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("build", build_facts(env));
  exports.Set("openssl", openssl_facts(env));
  exports.Set("Endpoint", EndpointWrap::define(env));
  exports.Set("highestTrackableNs", static_cast<double>(hdr::kHighestTrackable));
  exports.Set("confine", Napi::Function::New<confine>(env, "confine"));
  exports.Set("confineLocalSockets",
              Napi::Function::New<confine_local_sockets>(env, "confineLocalSockets"));
  exports.Set("clockReport", Napi::Function::New<clock_report>(env, "clockReport"));
  exports.Set("deviceSettings", Napi::Function::New<device_settings_of>(env, "deviceSettings"));
  exports.Set("kernelTlsProblems",
              Napi::Function::New<kernel_tls_problems>(env, "kernelTlsProblems"));
  exports.Set("rdmaDevices", Napi::Function::New<rdma_devices>(env, "rdmaDevices"));
  exports.Set("rdmaLink", rdma_link(env));
  exports.Set("makeMemoryPrivate",
              Napi::Function::New<make_memory_private>(env, "makeMemoryPrivate"));
  exports.Set("recordValues", Napi::Function::New<record_values>(env, "recordValues"));
  exports.Set("recordingCost", Napi::Function::New<recording_cost>(env, "recordingCost"));
  return exports;
}

}  // namespace

NODE_API_MODULE(xrbench, init)

}  // namespace xr::js
