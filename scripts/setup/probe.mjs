import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Programs of the administrator are not in every user's PATH. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

export function succeeds(command, args) {
  return run(command, args).status === 0
}

/** Whether this is a program that needs no library, as an initramfs has none. */
export function isStaticProgram(path) {
  return succeeds(path, ['true']) && !succeeds('ldd', [path])
}

/** Whether the dynamic loader finds a library: it tells on stderr of one that it cannot preload. */
export function loads(library) {
  const { status, stderr } = run('/bin/sh', ['-c', ':'], { LD_PRELOAD: library, LC_ALL: 'C' })
  return status === 0 && !`${stderr}`.includes(library)
}

/** Whether C++20 `source` becomes a program. */
export function compiles(source) {
  const folder = mkdtempSync(`${tmpdir()}/xrbench-`)
  try {
    writeFileSync(`${folder}/a.cc`, source)
    const compiler = process.env.CXX ?? 'g++'
    return succeeds(compiler, ['-std=c++20', '-pthread', `${folder}/a.cc`, '-o', `${folder}/a.out`])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether clang finds the standard library of its own project. */
export function compilesWithLibcxx(header) {
  const args = ['-stdlib=libc++', '-std=c++20', '-fsyntax-only', '-include', header.slice(1, -1)]
  return succeeds('clang++', [...args, '-x', 'c++', '/dev/null'])
}

/** Of the kernel's own account, a SoftRoCE device included. */
export function hasRdmaDevice() {
  try {
    return readdirSync('/sys/class/infiniband').length > 0
  } catch {
    return false
  }
}

function run(command, args, environment = {}) {
  const env = { ...process.env, PATH, ...environment }
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
}
