#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "test/run_cases.h"

// xrbench_native_test [--list] [--filter TEXT]...: cases whose names have one of the texts; exit 0
// when all of them pass, 1 otherwise, 2 on a wrong argument.
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
  if (!list) return xr::test::run_cases(filters) ? 0 : 1;
  for (const auto& test : xr::test::cases())
    if (xr::test::is_asked_for(test, filters)) std::puts(test.name.c_str());
  return 0;
}
