#pragma once

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "test/test.h"

namespace xr::test {

/// Whether its name has one of the texts; without any, each has.
inline bool is_asked_for(const Case& test, const std::vector<std::string>& filters) {
  const auto has = [&](const std::string& text) {
    return test.name.find(text) != std::string::npos;
  };
  return filters.empty() || std::any_of(filters.begin(), filters.end(), has);
}

/// Runs the cases that are asked for; false where one of them failed. Each is told as it ends:
/// PASS, SKIP or FAIL and its name, then indented the reason.
inline bool run_cases(const std::vector<std::string>& filters) {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const Case& test : cases()) {
    if (!is_asked_for(test, filters)) continue;
    try {
      test.body();
      ++passed;
      std::printf("PASS %s\n", test.name.c_str());
    } catch (const Skipped& reason) {
      ++skipped;
      std::printf("SKIP %s\n     %s\n", test.name.c_str(), reason.what());
    } catch (const std::exception& error) {
      ++failed;
      std::printf("FAIL %s\n     %s\n", test.name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  std::fflush(stdout);
  return failed == 0;
}

}  // namespace xr::test
