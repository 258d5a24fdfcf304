#include "binding/self_measurement.h"

#include <algorithm>
#include <cstdint>

#include "binding/js_error.h"
#include "binding/outcome_to_js.h"
#include "measure/clock_source.h"
#include "measure/histogram.h"
#include "measure/mark_series.h"
#include "measure/recording_cost.h"

namespace xr::js {

Napi::Value clock_report(const Napi::CallbackInfo& info) {
  const ClockPair origin = read_clock_pair();
  const ClockSource source = choose_clock_source();
  wait_for_slope(origin);
  return to_js(info.Env(), source, measure_clock(source, origin), std::nullopt);
}

Napi::Value record_values(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!info[0].IsTypedArray() ||
      info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    throw to_error(env, Fault{"BAD_SPEC", "recordValues", 0, "values must be a Float64Array"});
  }
  const auto values = info[0].As<Napi::Float64Array>();
  Histogram histogram;
  MarkSeries series(true);
  series.add({}, &histogram);
  const std::uint64_t began_ns = monotonic_raw_ns();
  for (std::size_t i = 0; i < values.ElementLength(); ++i)
    histogram.record(static_cast<std::uint64_t>(values.Data()[i]));
  const std::uint64_t ended_ns = monotonic_raw_ns();
  series.add({}, &histogram);
  Napi::Object result = Napi::Object::New(env);
  result.Set("histogram", to_js(env, subtract(series.snapshots()[0], series.snapshots()[1],
                                              series.stretches()[1])));
  result.Set("elapsedNs", static_cast<double>(ended_ns - began_ns));
  return result;
}

Napi::Value recording_cost(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto rounds =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, info[0].ToNumber().Int64Value()));
  const RecordingCost cost = measure_recording_cost(rounds);
  Napi::Object result = Napi::Object::New(env);
  result.Set("pairNs", cost.pair_ns);
  result.Set("pairAndRecordNs", cost.pair_and_record_ns);
  result.Set("histogramBytes", static_cast<double>(cost.histogram_bytes));
  return result;
}

}  // namespace xr::js
