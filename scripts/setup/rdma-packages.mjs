import { existsSync, readFileSync } from 'node:fs'
import * as zlib from 'node:zlib'
import { compiles, isStaticProgram, loads, succeeds } from './probe.mjs'

// For each Debian package, whether what we need of it works, as in system-packages.mjs.

export const RDMA_HEADERS = {
  'libibverbs-dev': '/usr/include/infiniband/verbs.h',
  'librdmacm-dev': '/usr/include/rdma/rdma_cma.h',
}

/** Headers alone: the libraries are loaded at run time. The file is looked for first, as that takes no compiler. */
export const RDMA_BUILD_TOOLS = {
  'libibverbs-dev': () =>
    existsSync(RDMA_HEADERS['libibverbs-dev']) || hasHeader('infiniband/verbs.h'),
  'librdmacm-dev': () => existsSync(RDMA_HEADERS['librdmacm-dev']) || hasHeader('rdma/rdma_cma.h'),
}

export const RDMA_TOOLS = {
  libibverbs1: () => loads('libibverbs.so.1'),
  // The driver of SoftRoCE stands for those of all devices.
  'ibverbs-providers': () => existsSync('/etc/libibverbs.d/rxe.driver'),
  librdmacm1: () => loads('librdmacm.so.1'),
}

/** The lab's machines are x86-64 ones, on a machine that is one. */
export const LAB_TOOLS = process.arch === 'x64' ? labTools() : {}

function labTools() {
  return {
    'qemu-system-x86': () => succeeds('qemu-system-x86_64', ['--version']),
    'busybox-static': () =>
      ['/bin/busybox', '/usr/bin/busybox', '/bin/busybox.static', '/usr/bin/busybox.static'].some(
        isStaticProgram,
      ),
    iproute2: () => ['ip', 'tc', 'rdma'].every((program) => succeeds(program, ['-V'])),
    'xz-utils': () => succeeds('xz', ['--version']),
    ...(needsZstd() ? { zstd: () => succeeds('zstd', ['--version']) } : {}),
  }
}

/** Ubuntu packs its kernel modules by zstd, which Node.js can unpack itself from 22.15 on. */
function needsZstd() {
  if ('zstdDecompressSync' in zlib) return false
  try {
    return /^ID(_LIKE)?=.*ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

function hasHeader(name) {
  return compiles(`#include <${name}>\nint main() {}\n`)
}
