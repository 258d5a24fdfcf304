#include "binding/endpoint_wrap.h"

#include <utility>

#include "binding/job.h"
#include "binding/js_error.h"
#include "binding/outcome_to_js.h"
#include "binding/progress_from_js.h"
#include "binding/spec_from_js.h"

namespace xr::js {
namespace {

Blob blob_from_js(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw_fault("BAD_BLOB", "connect", "the peer's endpoint description must be a Uint8Array");
  }
  const auto bytes = value.As<Napi::Uint8Array>();
  if (bytes.ByteLength() > kMaxBlobBytes)
    throw_fault("BAD_BLOB", "connect", "the peer's endpoint description is too long");
  return Blob(bytes.Data(), bytes.Data() + bytes.ByteLength());
}

}  // namespace

Napi::Function EndpointWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Endpoint",
      {InstanceMethod<&EndpointWrap::open>("open"),
       InstanceMethod<&EndpointWrap::connect>("connect"), InstanceMethod<&EndpointWrap::run>("run"),
       InstanceMethod<&EndpointWrap::stop>("stop"),
       InstanceMethod<&EndpointWrap::effective>("effective"),
       InstanceMethod<&EndpointWrap::close>("close")});
}

EndpointWrap::EndpointWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EndpointWrap>(info) {
  endpoint_ = guarded(
      info.Env(), [&] { return std::shared_ptr<Endpoint>(make_endpoint(spec_from_js(info[0]))); });
}

EndpointWrap::~EndpointWrap() {
  if (endpoint_) endpoint_->close();
}

void EndpointWrap::require(State wanted, const char* op) const {
  if (state_ != wanted)
    throw_fault("STATE", op, std::string(op) + ": not in this state of the endpoint");
}

void EndpointWrap::leave(State next) {
  state_ = next;
  if (!close_when_idle_) return;
  endpoint_->close();
  state_ = State::kEnded;
}

Napi::Value EndpointWrap::open(const Napi::CallbackInfo& info) {
  const Blob blob = guarded(info.Env(), [&] {
    require(State::kNew, "open");
    state_ = State::kEnded;
    Blob opened = endpoint_->open();
    state_ = State::kOpen;
    return opened;
  });
  Napi::Uint8Array bytes = Napi::Uint8Array::New(info.Env(), blob.size());
  std::copy(blob.begin(), blob.end(), bytes.Data());
  return bytes;
}

Napi::Value EndpointWrap::connect(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    require(State::kOpen, "connect");
    Blob peer = blob_from_js(info[0]);
    state_ = State::kConnecting;
    auto connected = std::make_shared<bool>(false);
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    plan.work = [endpoint = endpoint_, peer = std::move(peer), connected](Job&) {
      endpoint->connect(peer);
      *connected = true;
    };
    plan.settle = [](Napi::Env env) { return env.Undefined(); };
    plan.ended = [this, connected] { leave(*connected ? State::kConnected : State::kEnded); };
    return Job::start(info.Env(), endpoint_, std::move(plan));
  });
}

Napi::Value EndpointWrap::run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    require(State::kConnected, "run");
    std::int64_t* progress = progress_from_js(info[0]);
    state_ = State::kRunning;
    auto outcome = std::make_shared<RunOutcome>();
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    if (progress != nullptr) plan.memory = info[0];
    if (info[1].IsFunction()) plan.notified = info[1].As<Napi::Function>();
    plan.work = [endpoint = endpoint_, progress, outcome](Job& job) {
      *outcome = endpoint->run(progress, [&job] { job.notify(); });
    };
    plan.settle = [outcome](Napi::Env env) { return to_js(env, *outcome); };
    plan.ended = [this] { leave(State::kEnded); };
    return Job::start(info.Env(), endpoint_, std::move(plan));
  });
}

void EndpointWrap::stop(const Napi::CallbackInfo&) { endpoint_->stop(); }

Napi::Value EndpointWrap::effective(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    // A connect that is under way writes what would be read.
    if (state_ == State::kConnecting) throw_fault("STATE", "effective", "not connected");
    return to_js(info.Env(), endpoint_->effective());
  });
}

void EndpointWrap::close(const Napi::CallbackInfo&) {
  if (busy()) {
    close_when_idle_ = true;
    endpoint_->stop();
    return;
  }
  endpoint_->close();
  state_ = State::kEnded;
}

}  // namespace xr::js
