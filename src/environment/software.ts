import { basename } from 'node:path'
import type { Environment } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'
import { toolOutput } from './tool-output.js'

/** Where distributions put libibverbs. */
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
]

/** Node.js and the libraries that bear on a run. */
export async function captureSoftware(files: MachineFiles): Promise<Environment['software']> {
  const { node, v8, uv, openssl } = process.versions
  return {
    node,
    v8: v8 ?? null,
    libuv: uv ?? null,
    openssl: openssl ?? null,
    libc: await libcVersion(),
    rdmaCore: rdmaCore(files),
  }
}

/** Of the library that this process has: another one needs another process. */
let libc: Promise<string | null> | undefined

async function libcVersion(): Promise<string | null> {
  libc ??= toolOutput('getconf', ['GNU_LIBC_VERSION'])
  const told = await libc
  // This machine may have been short of something, and may not be the next time.
  if (told === null) libc = undefined
  return told?.trim().slice(0, 64) ?? null
}

/** The file behind libibverbs.so.1 is named after the library's version. */
function rdmaCore(files: MachineFiles): string | null {
  for (const folder of LIBRARY_FOLDERS) {
    const library = files.target(`${folder}/libibverbs.so.1`)
    if (library !== null) return basename(library).replace('libibverbs.so.', '').slice(0, 64)
  }
  return null
}
