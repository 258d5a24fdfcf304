# What node-gyp expects to find beside the Node.js headers, cut down to Linux with gcc or clang.
# The addon is pure Node-API, so it needs no header of one Node.js version: these files and the
# package `node-api-headers` are put together into a "node directory" under build/ by the set-up.
{
  'variables': {
    'visibility%': 'hidden',
    'target_arch%': 'x64',
    'host_arch%': 'x64',
    'library%': 'static_library',
    'component%': 'static_library',
    'clang%': 0,
    'openssl_fips%': '',
    'napi_build_version%': '9',
  },
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': {
      'Debug': {
        'defines': ['DEBUG', '_DEBUG'],
        'cflags': ['-g', '-O0'],
      },
      'Release': {
        # Frame pointers cost next to nothing here and let perf unwind a measuring thread.
        'cflags': ['-O3', '-fno-omit-frame-pointer'],
      },
    },
    'cflags': ['-pthread', '-Wall', '-Wextra', '-Wno-unused-parameter'],
    # Unused parts of a static libstdc++ ask for a newer glibc (arc4random, 2.36) than we do.
    'ldflags': ['-pthread', '-Wl,--gc-sections'],
    'target_conditions': [
      ['_type in "static_library shared_library loadable_module"', { 'cflags': ['-fPIC'] }],
    ],
  },
}
