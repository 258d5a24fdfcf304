#include "binding/endpoint_wrap.h"

#include <utility>

#include "binding/job.h"
#include "binding/js_error.h"
#include "binding/outcome_to_js.h"
#include "binding/spec_from_js.h"
#include "binding/spec_reader.h"
#include "transport/buffer_bytes.h"

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

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::kIdle: return "idle";
    case Phase::kWarmup: return "warmup";
    case Phase::kMeasure: return "measure";
    case Phase::kDone: return "done";
  }
  return "";
}

}  // namespace

Napi::Function EndpointWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Endpoint",
      {StaticMethod<&EndpointWrap::buffer_bytes_of>("bufferBytes"),
       InstanceMethod<&EndpointWrap::open>("open"),
       InstanceMethod<&EndpointWrap::connect>("connect"), InstanceMethod<&EndpointWrap::run>("run"),
       InstanceMethod<&EndpointWrap::schedule>("schedule"),
       InstanceMethod<&EndpointWrap::progress>("progress"),
       InstanceMethod<&EndpointWrap::waiting_bytes>("waitingBytes"),
       InstanceMethod<&EndpointWrap::stop>("stop"),
       InstanceMethod<&EndpointWrap::effective>("effective"),
       InstanceMethod<&EndpointWrap::close>("close")});
}

EndpointWrap::EndpointWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EndpointWrap>(info) {
  guarded(info.Env(), [&] {
    const EndpointSpec spec = spec_from_js(info[0]);
    endpoint_ = make_endpoint(spec);
    board_ = std::make_shared<RunBoard>(spec.phases);
  });
}

Napi::Value EndpointWrap::buffer_bytes_of(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Napi::Number::New(info.Env(),
                             static_cast<double>(buffer_bytes(spec_from_js(info[0]))));
  });
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
    state_ = State::kRunning;
    if (info[1].IsBoolean() && info[1].As<Napi::Boolean>().Value()) board_->direct();
    auto outcome = std::make_shared<RunOutcome>();
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    if (info[0].IsFunction()) plan.notified = info[0].As<Napi::Function>();
    plan.work = [endpoint = endpoint_, board = board_, outcome](Job& job) {
      *outcome = endpoint->run(*board, [&job] { job.notify(); });
    };
    plan.settle = [outcome](Napi::Env env) { return to_js(env, *outcome); };
    plan.ended = [this] { leave(State::kEnded); };
    return Job::start(info.Env(), endpoint_, std::move(plan));
  });
}

Napi::Value EndpointWrap::schedule(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    require(State::kRunning, "schedule");
    const std::uint64_t version = Reader::to_integer(info[0], "version");
    // A machine that is up for 104 days has counted 2^53 ns: its clock is told to 2 ns from then
    // on.
    const double start_ns = info[1].IsNumber() ? info[1].As<Napi::Number>().DoubleValue() : -1;
    const bool fits = version <= RunBoard::kMostVersions && start_ns >= 0 && start_ns < 9e18;
    return Napi::Boolean::New(
        info.Env(), fits && board_->schedule(static_cast<std::uint32_t>(version),
                                              static_cast<std::uint64_t>(start_ns)));
  });
}

Napi::Value EndpointWrap::progress(const Napi::CallbackInfo& info) {
  const RunBoard::Standing standing = board_->standing();
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("phase", name_of(standing.phase));
  object.Set("messages", static_cast<double>(standing.messages));
  object.Set("bytes", static_cast<double>(standing.bytes));
  object.Set("lost", static_cast<double>(standing.lost));
  object.Set("through", static_cast<double>(standing.through));
  return object;
}

Napi::Value EndpointWrap::waiting_bytes(const Napi::CallbackInfo& info) {
  const std::uint64_t bytes = state_ == State::kRunning ? endpoint_->waiting_bytes() : 0;
  return Napi::Number::New(info.Env(), static_cast<double>(bytes));
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
