#pragma once

#include <napi.h>

#include <memory>

#include "transport/endpoint.h"

namespace xr::js {

/// `Endpoint` of src/addon/addon.ts. It sees to the order open, connect, run; the rest is the
/// transport's.
class EndpointWrap : public Napi::ObjectWrap<EndpointWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Value buffer_bytes_of(const Napi::CallbackInfo& info);
  explicit EndpointWrap(const Napi::CallbackInfo& info);
  ~EndpointWrap() override;

 private:
  enum class State { kNew, kOpen, kConnecting, kConnected, kRunning, kEnded };

  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value connect(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value schedule(const Napi::CallbackInfo& info);
  Napi::Value progress(const Napi::CallbackInfo& info);
  void stop(const Napi::CallbackInfo& info);
  Napi::Value waiting_bytes(const Napi::CallbackInfo& info);
  Napi::Value effective(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void require(State wanted, const char* op) const;
  bool busy() const noexcept { return state_ == State::kConnecting || state_ == State::kRunning; }
  /// Where a job ends: closes what was asked to be closed meanwhile.
  void leave(State next);

  std::shared_ptr<Endpoint> endpoint_;
  std::shared_ptr<RunBoard> board_;
  State state_ = State::kNew;
  bool close_when_idle_ = false;
};

}  // namespace xr::js
