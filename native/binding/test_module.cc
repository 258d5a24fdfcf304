#include <node_api.h>

#include "test/run_cases.h"

// Cases about what only a process of Node.js has: it runs all of them when it loads this file, and
// cannot load it when one fails.
NAPI_MODULE_INIT() {
  if (!xr::test::run_cases({})) napi_throw_error(env, nullptr, "a case has failed");
  return exports;
}
