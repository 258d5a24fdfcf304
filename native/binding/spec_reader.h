#pragma once

#include <napi.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"

namespace xr::js {

inline constexpr double kLargestInteger = 9'007'199'254'740'991.0;

[[noreturn]] inline void bad(const std::string& field, const char* wanted) {
  throw_fault("BAD_SPEC", "spec", field + " must be " + wanted);
}

/// Reads the fields of an object as JavaScript gave it. What is missing, of another type or out of
/// range throws BAD_SPEC.
class Reader {
 public:
  explicit Reader(Napi::Object object) : object_(object) {}

  Napi::Value field(const char* name) const { return object_.Get(name); }

  /// Of a field that may be left out.
  bool is_given(const char* name) const {
    const Napi::Value value = field(name);
    return !value.IsUndefined() && !value.IsNull();
  }

  std::uint64_t integer(const char* name) const { return to_integer(field(name), name); }

  std::optional<int> optional_int(const char* name, int highest) const {
    const Napi::Value value = field(name);
    if (value.IsNull()) return std::nullopt;
    const std::uint64_t number = to_integer(value, name);
    if (number > static_cast<std::uint64_t>(highest)) bad(name, "in range");
    return static_cast<int>(number);
  }

  bool boolean(const char* name) const {
    const Napi::Value value = field(name);
    if (!value.IsBoolean()) bad(name, "a boolean");
    return value.As<Napi::Boolean>().Value();
  }

  std::string text(const char* name) const {
    const Napi::Value value = field(name);
    if (!value.IsString()) bad(name, "a string");
    return value.As<Napi::String>().Utf8Value();
  }

  template <class Enum, std::size_t kCount>
  Enum one_of(const char* name, const std::pair<const char*, Enum> (&choices)[kCount]) const {
    const std::string given = text(name);
    for (const auto& [word, value] : choices) {
      if (given == word) return value;
    }
    bad(name, "one of the known words");
  }

  Reader object(const char* name) const {
    const Napi::Value value = field(name);
    if (!value.IsObject()) bad(name, "an object");
    return Reader(value.As<Napi::Object>());
  }

  static std::uint64_t to_integer(const Napi::Value& value, const char* name) {
    if (!value.IsNumber()) bad(name, "a number");
    const double number = value.As<Napi::Number>().DoubleValue();
    if (!(number >= 0 && number <= kLargestInteger) || std::floor(number) != number)
      bad(name, "a whole number below 2^53");
    return static_cast<std::uint64_t>(number);
  }

 private:
  Napi::Object object_;
};

}  // namespace xr::js
