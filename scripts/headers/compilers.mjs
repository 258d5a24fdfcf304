import { spawnSync } from 'node:child_process'
import { buildDir, root } from '../setup/paths.mjs'

const FLAGS = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unused']

const DEFINES = [
  ...['XRBENCH_VERBS', 'XRBENCH_TLS', 'XRBENCH_QUIC'],
  ...['NAPI_VERSION=9', 'NAPI_CPP_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
  'XRBENCH_VERSION=""',
].map((name) => `-D${name}`)

const SYSTEM_FOLDERS = ['node_modules/node-addon-api', 'node_modules/node-api-headers/include']

/** What every compiler gets, for headers that are named from `folder`. */
export function flagsFor(folder) {
  const system = SYSTEM_FOLDERS.flatMap((name) => ['-isystem', `${root}/${name}`])
  return [...FLAGS, ...DEFINES, `-I${folder}`, ...system]
}

/** The compiler that the build takes. */
export function gcc() {
  const command = process.env.CXX ?? 'g++'
  return { name: 'GCC', command, args: [], version: versionOf(command, []) }
}

/**
 * Another compiler with another standard library, in which other headers happen to include one another.
 * Each of the library's headers is parsed once and kept, as a module: that takes a fifth of the time.
 */
export function clangWithLibcxx() {
  const args = ['-stdlib=libc++']
  const version = versionOf('clang++', args)
  if (version === undefined) return undefined
  if (!/^#define __cpp_lib_atomic_ref /m.test(version)) {
    args.push('-include', `${root}/scripts/headers/atomic_ref_stand_in.h`)
  }
  const cache = `-fmodules-cache-path=${buildDir}/clang-modules`
  args.push('-fmodules', '-fcxx-modules', cache)
  return { name: 'clang and libc++', command: 'clang++', args, version }
}

/** All that tells this compiler and its library from others; `undefined` where there is none. */
function versionOf(command, args) {
  const preprocess = [...args, '-std=c++20', '-x', 'c++', '-dM', '-E', '-']
  const run = spawnSync(command, preprocess, { input: '#include <version>\n', encoding: 'utf8' })
  return run.status === 0 ? run.stdout : undefined
}
