import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { findBusybox } from './busybox.js'
import { writeCached } from './cache.js'
import { type ArchiveEntry, cpioArchive } from './cpio.js'
import { INIT_SCRIPT } from './init-script.js'
import type { Kernel } from './kernel.js'
import { type GuestModule, modulesToLoad, OPTIONAL_MODULES, REQUIRED_MODULES } from './modules.js'

/** Raised when what goes into the archive changes by other means than what its name is made of. */
const FORM = 3

const FOLDERS = ['bin', 'proc', 'sys', 'dev', 'modules', 'host', 'changes', 'newroot']

/** The archive a guest starts from: a static busybox, the modules, and the script that goes on with them. */
export function initramfs(busybox: Uint8Array, modules: readonly GuestModule[]): Buffer {
  const order = modules.map(({ name }) => `${name}\n`).join('')
  const entries: ArchiveEntry[] = [
    ...FOLDERS.map((path) => ({ kind: 'folder', path }) as const),
    { kind: 'file', path: 'init', content: Buffer.from(INIT_SCRIPT), mode: 0o755 },
    { kind: 'file', path: 'bin/busybox', content: busybox, mode: 0o755 },
    { kind: 'file', path: 'modules/order', content: Buffer.from(order) },
    ...modules.map(
      ({ name, content }) => ({ kind: 'file', path: `modules/${name}.ko`, content }) as const,
    ),
  ]
  return cpioArchive(entries)
}

/** Path of the initramfs for a kernel; made when the cache does not have it. */
export function cachedInitramfs(kernel: Kernel, cache: string): string {
  const busybox = readFileSync(findBusybox())
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([FORM, kernel.version, kernel.identity, REQUIRED_MODULES, OPTIONAL_MODULES]),
  )
  hash.update(INIT_SCRIPT).update(busybox)
  const path = join(cache, `initramfs-${kernel.version}-${hash.digest('hex').slice(0, 16)}.gz`)
  if (!existsSync(path)) {
    const archive = initramfs(busybox, modulesToLoad(kernel.modules()))
    // Unpacking is the guest's work, which is slow: how well it is packed matters little.
    writeCached(path, gzipSync(archive, { level: 6 }))
  }
  return path
}
