#include "binding/perf_wrap.h"

#include <algorithm>
#include <utility>

#include "binding/job.h"
#include "binding/js_error.h"
#include "binding/outcome_to_js.h"
#include "binding/spec_from_js.h"
#include "binding/spec_reader.h"

namespace xr::js {
namespace {

Reader reader_of(const Napi::Value& value) {
  if (!value.IsObject()) bad("perf", "an object");
  return Reader(value.As<Napi::Object>());
}

std::uint64_t within(const Reader& reader, const char* name, std::uint64_t highest) {
  const std::uint64_t value = reader.integer(name);
  if (value > highest) bad(name, "in range");
  return value;
}

PerfServerSpec server_spec(const EndpointSpec& spec, const Reader& reader) {
  PerfServerSpec perf;
  perf.address = spec.local_address;
  perf.wait = spec.wait;
  perf.cpu = spec.cpus.empty() ? -1 : spec.cpus.front();
  perf.idle_timeout_ns = spec.idle_timeout_ns;
  perf.quic = spec.of<QuicOptions>();
  perf.port = static_cast<std::uint16_t>(within(reader, "port", 65'535));
  perf.connections = static_cast<unsigned>(within(reader, "maxConnections", 10'000));
  perf.limits.streams = static_cast<unsigned>(within(reader, "maxStreams", 65'536));
  perf.limits.response_bytes = reader.integer("maxResponseBytes");
  if (!reader.field("certificateFile").IsNull()) {
    perf.certificate_file = reader.text("certificateFile");
    perf.key_file = reader.text("keyFile");
  }
  return perf;
}

std::optional<Pin> pin_from_js(const Napi::Value& value) {
  if (value.IsNull()) return std::nullopt;
  Pin pin{};
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array ||
      value.As<Napi::TypedArray>().ByteLength() != pin.size())
    bad("pin", "a Uint8Array of 32, or null");
  const auto bytes = value.As<Napi::Uint8Array>();
  std::copy_n(bytes.Data(), pin.size(), pin.begin());
  return pin;
}

PerfRequests requests_from_js(const Reader& reader) {
  PerfRequests requests;
  requests.address = reader.text("address");
  requests.port = static_cast<std::uint16_t>(within(reader, "port", 65'535));
  requests.pin = pin_from_js(reader.field("pin"));
  if (!reader.field("serverName").IsNull()) requests.server_name = reader.text("serverName");
  requests.request_bytes = reader.integer("requestBytes");
  requests.response_bytes =
      reader.field("responseBytes").IsNull() ? kPerfUntilStopped : reader.integer("responseBytes");
  requests.concurrency = static_cast<unsigned>(within(reader, "concurrency", 10'000));
  return requests;
}

Napi::Object to_js(Napi::Env env, const PerfServerTotals& totals) {
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* name, std::uint64_t value) {
    object.Set(name, static_cast<double>(value));
  };
  set("connections", totals.connections);
  set("refusedConnections", totals.refused_connections);
  set("requests", totals.streams.requests);
  set("refusedRequests", totals.streams.refused_requests);
  set("bytesReceived", totals.streams.bytes_received);
  set("bytesSent", totals.streams.bytes_sent);
  set("packetsReceived", totals.packets_received);
  set("packetsSent", totals.packets_sent);
  set("droppedPackets", totals.dropped_packets);
  set("versionNegotiations", totals.version_negotiations);
  set("statelessResets", totals.stateless_resets);
  set("retries", totals.retries);
  return object;
}

}  // namespace

Napi::Function PerfServerWrap::define(Napi::Env env) {
  return DefineClass(
      env, "PerfServer",
      {InstanceMethod<&PerfServerWrap::port>("port"), InstanceMethod<&PerfServerWrap::pin>("pin"),
       InstanceMethod<&PerfServerWrap::run>("run"), InstanceMethod<&PerfServerWrap::stop>("stop")});
}

PerfServerWrap::PerfServerWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PerfServerWrap>(info) {
  server_ = guarded(info.Env(), [&] {
    return PerfServer::listen(server_spec(spec_from_js(info[0]), reader_of(info[1])));
  });
}

Napi::Value PerfServerWrap::port(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), server_->port());
}

Napi::Value PerfServerWrap::pin(const Napi::CallbackInfo& info) {
  const Pin& pin = server_->pin();
  Napi::Uint8Array bytes = Napi::Uint8Array::New(info.Env(), pin.size());
  std::copy(pin.begin(), pin.end(), bytes.Data());
  return bytes;
}

Napi::Value PerfServerWrap::run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (std::exchange(has_run_, true)) throw_fault("STATE", "run", "run: only once");
    auto totals = std::make_shared<PerfServerTotals>();
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    plan.work = [server = server_, totals](Job&) { *totals = server->run(); };
    plan.settle = [totals](Napi::Env env) { return to_js(env, *totals); };
    // The socket goes with the server, not only with its wrapper.
    plan.ended = [this] { server_.reset(); };
    return Job::start(info.Env(), server_, std::move(plan));
  });
}

void PerfServerWrap::stop(const Napi::CallbackInfo&) {
  if (server_) server_->stop();
}

Napi::Function PerfClientWrap::define(Napi::Env env) {
  return DefineClass(
      env, "PerfClient",
      {InstanceMethod<&PerfClientWrap::connect>("connect"),
       InstanceMethod<&PerfClientWrap::run>("run"), InstanceMethod<&PerfClientWrap::stop>("stop")});
}

PerfClientWrap::PerfClientWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PerfClientWrap>(info) {
  guarded(info.Env(), [&] {
    const EndpointSpec spec = spec_from_js(info[0]);
    client_ = PerfClient::make(spec, requests_from_js(reader_of(info[1])));
    board_ = std::make_shared<RunBoard>(spec.phases);
  });
}

void PerfClientWrap::require(State wanted, const char* op) const {
  if (state_ != wanted)
    throw_fault("STATE", op, std::string(op) + ": not in this state of the client");
}

Napi::Value PerfClientWrap::connect(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    require(State::kNew, "connect");
    state_ = State::kConnecting;
    auto connected = std::make_shared<bool>(false);
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    plan.work = [client = client_, connected](Job&) {
      client->connect();
      *connected = true;
    };
    plan.settle = [](Napi::Env env) { return env.Undefined(); };
    plan.ended = [this, connected] { state_ = *connected ? State::kConnected : State::kEnded; };
    return Job::start(info.Env(), client_, std::move(plan));
  });
}

Napi::Value PerfClientWrap::run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    require(State::kConnected, "run");
    state_ = State::kEnded;
    auto outcome = std::make_shared<RunOutcome>();
    Job::Plan plan;
    plan.self = info.This().As<Napi::Object>();
    plan.work = [client = client_, board = board_, outcome](Job&) {
      *outcome = client->run(*board);
    };
    plan.settle = [outcome](Napi::Env env) { return js::to_js(env, *outcome); };
    // Says farewell, and closes the socket.
    plan.ended = [this] { client_.reset(); };
    return Job::start(info.Env(), client_, std::move(plan));
  });
}

void PerfClientWrap::stop(const Napi::CallbackInfo&) {
  if (client_) client_->stop();
}

}  // namespace xr::js
