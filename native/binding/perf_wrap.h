#pragma once

#include <napi.h>

#include <memory>

#include "transport/quic/perf/perf_client.h"
#include "transport/quic/perf/perf_server.h"

namespace xr::js {

/// `PerfServer` of src/addon/perf.ts.
class PerfServerWrap : public Napi::ObjectWrap<PerfServerWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit PerfServerWrap(const Napi::CallbackInfo& info);

 private:
  Napi::Value port(const Napi::CallbackInfo& info);
  Napi::Value pin(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  void stop(const Napi::CallbackInfo& info);

  std::shared_ptr<PerfServer> server_;
  bool has_run_ = false;
};

/// `PerfClient` of src/addon/perf.ts. It sees to the order connect, run.
class PerfClientWrap : public Napi::ObjectWrap<PerfClientWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit PerfClientWrap(const Napi::CallbackInfo& info);

 private:
  enum class State { kNew, kConnecting, kConnected, kEnded };

  Napi::Value connect(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  void stop(const Napi::CallbackInfo& info);
  void require(State wanted, const char* op) const;

  std::shared_ptr<PerfClient> client_;
  std::shared_ptr<RunBoard> board_;
  State state_ = State::kNew;
};

}  // namespace xr::js
