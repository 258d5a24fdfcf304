#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "test/test.h"

// xrbench_native_test [--list] [--filter TEXT]...: cases whose names have one of the texts; exit 0
// when all of them pass, 1 otherwise, 2 on a wrong argument. Each case is told as it ends: PASS,
// SKIP or FAIL and its name, then indented the reason.
int main(int argc, char** argv) {
  bool list = false;
  std::vector<std::string> filters;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--list") == 0) {
      list = true;
    } else if (std::strcmp(argv[i], "--filter") == 0 && i + 1 < argc) {
      filters.emplace_back(argv[++i]);
    } else {
      std::fprintf(stderr, "usage: %s [--list] [--filter TEXT]...\n", argv[0]);
      return 2;
    }
  }
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const auto& test : xr::test::cases()) {
    const auto has = [&](const std::string& text) {
      return test.name.find(text) != std::string::npos;
    };
    if (!filters.empty() && std::ranges::none_of(filters, has)) continue;
    if (list) {
      std::puts(test.name.c_str());
      continue;
    }
    try {
      test.body();
      ++passed;
      std::printf("PASS %s\n", test.name.c_str());
    } catch (const xr::test::Skipped& reason) {
      ++skipped;
      std::printf("SKIP %s\n     %s\n", test.name.c_str(), reason.what());
    } catch (const std::exception& error) {
      ++failed;
      std::printf("FAIL %s\n     %s\n", test.name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
  if (!list) std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed == 0 ? 0 : 1;
}
