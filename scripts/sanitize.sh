#!/usr/bin/env bash
# scripts/sanitize.sh asan [VITEST FILTER...] | tsan | fuzz
#
# No lab is booted: emulated and instrumented, its tests would take the better part of an hour.
#
# asan: addon and C++ tests with AddressSanitizer and UndefinedBehaviorSanitizer. The C++ tests run
#       with leak detection; the TypeScript suites run in a Node.js that has libasan preloaded, without
#       it, because Node.js itself does not free everything at exit.
# tsan: the C++ tests with ThreadSanitizer. Never inside Node.js, which is not instrumented and would
#       give false reports.
# fuzz: what reads bytes of a peer, in the build of asan: XRBENCH_FUZZ_INPUTS for each target (a
#       million), from XRBENCH_FUZZ_SEED on, which is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

# What loads the addon. The rest reads results or starts a browser, and has nothing in it to find.
of_addon=(src/addon src/transports src/session src/quic-perf src/cli/run src/cli/serve src/cli/quic-perf)

main() {
  local sanitizer=${1-}
  case $sanitizer in
    asan | tsan | fuzz) shift ;;
    *)
      printf 'error: name a sanitizer\nhint: %s asan\n' "$0" >&2
      exit 2
      ;;
  esac
  node scripts/setup.mjs --test
  node scripts/setup/sanitized.mjs "${sanitizer/fuzz/asan}"
  "run_$sanitizer" "$@"
}

run_asan() {
  local build=$PWD/build/asan/build/Release compiler=${CXX:-g++}
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  ASAN_OPTIONS=detect_leaks=1 "$build/xrbench_native_test"
  # libasan must come first in a process that loads it; libstdc++ beside it, or exceptions thrown
  # before the addon is loaded have no interceptor to go through.
  LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libstdc++.so)" \
    ASAN_OPTIONS=detect_leaks=0 XRBENCH_ADDON="$build/xrbench.node" XRBENCH_SANITIZER=asan \
    node node_modules/vitest/vitest.mjs run --project machine "${@:-${of_addon[@]}}"
}

run_fuzz() {
  export XRBENCH_FUZZ_INPUTS=${XRBENCH_FUZZ_INPUTS:-1000000} XRBENCH_FUZZ_SEED=${XRBENCH_FUZZ_SEED:-$RANDOM}
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
  printf 'XRBENCH_FUZZ_INPUTS=%s XRBENCH_FUZZ_SEED=%s\n' "$XRBENCH_FUZZ_INPUTS" "$XRBENCH_FUZZ_SEED"
  build/asan/build/Release/xrbench_native_test --filter fuzz
}

run_tsan() {
  # Without address randomisation: newer kernels put mappings where older runtimes do not expect any.
  TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
    setarch "$(uname -m)" --addr-no-randomize build/tsan/build/Release/xrbench_native_test "$@"
}

main "$@"
