#pragma once

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// As much of a test framework as the core needs: named cases, checks that say both values, and a
// program that lists and filters them.

namespace xr::test {

struct Case {
  std::string name;
  std::function<void()> body;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

struct Registrar {
  Registrar(std::string name, std::function<void()> body) {
    cases().push_back({std::move(name), std::move(body)});
  }
};

/// Thrown by a case that cannot run on this machine; it counts neither as passed nor as failed.
struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
std::string show(const T& value) {
  if constexpr (requires(std::ostream & out) { out << value; }) {
    std::ostringstream out;
    out << value;
    return out.str();
  } else {
    return std::to_string(static_cast<long long>(value));
  }
}

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

template <class A, class B>
void check_equal(const char* file, int line, const char* text, const A& left, const B& right) {
  if (!(left == right))
    fail(file, line, std::string(text) + ": " + show(left) + " is not " + show(right));
}

}  // namespace xr::test

#define XR_JOIN_(a, b) a##b
#define XR_JOIN(a, b) XR_JOIN_(a, b)
// By a number that no other case of what is compiled together has.
#define XR_TEST_(name, number)                                                             \
  static void XR_JOIN(test_body_, number)();                                               \
  static const ::xr::test::Registrar XR_JOIN(registrar_, number)(name,                     \
                                                                 XR_JOIN(test_body_, number)); \
  static void XR_JOIN(test_body_, number)()
#define TEST(name) XR_TEST_(name, __COUNTER__)
#define CHECK(condition)                                                \
  do {                                                                  \
    if (!(condition)) ::xr::test::fail(__FILE__, __LINE__, #condition); \
  } while (false)
#define CHECK_EQ(left, right) \
  ::xr::test::check_equal(__FILE__, __LINE__, #left " == " #right, (left), (right))
