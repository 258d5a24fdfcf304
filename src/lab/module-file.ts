import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findBusybox } from './busybox.js'
import { findProgram } from './find-program.js'
import { labLacks } from './requirements.js'
import { zstdDecompressSync } from './zstd.js'

const MAX_MODULE_BYTES = 64 * 1024 * 1024

/**
 * A kernel module as the kernel takes it, unpacked where the distribution compresses modules: `.ko`, `.ko.xz`, `.ko.zst`.
 * @throws {XrbenchError} `XRB_LAB_MISSING` (exit 3)
 */
export function readModule(path: string): Buffer {
  const content = readFileSync(path)
  if (path.endsWith('.ko')) return content
  if (path.endsWith('.xz')) return unxz(content, path)
  return zstdDecompressSync(content) ?? filtered('zstd', ['-dcq'], content, path, 'zstd')
}

function unxz(content: Buffer, path: string): Buffer {
  const xz = findProgram('xz')
  if (xz !== null) return filtered(xz, ['-dc'], content, path, 'xz-utils')
  return filtered(findBusybox(), ['xzcat'], content, path, 'xz-utils')
}

function filtered(
  command: string,
  args: string[],
  input: Buffer,
  path: string,
  packageName: string,
): Buffer {
  const run = spawnSync(command, args, { input, maxBuffer: MAX_MODULE_BYTES })
  if (run.status === 0) return run.stdout
  throw labLacks(`${path} cannot be unpacked by ${command}`, [packageName])
}

/** Names of the modules this one needs loaded before it: `depends=` of its .modinfo section. */
export function dependenciesOf(module: Buffer): string[] {
  const at = module.indexOf('\0depends=')
  if (at < 0) return []
  const from = at + '\0depends='.length
  const text = module.toString('latin1', from, module.indexOf(0, from))
  return text === '' ? [] : text.split(',').map(moduleName)
}

/** `kernel/fs/9p/9p.ko.xz` is `9p`; a hyphen and an underscore are the same in a module's name (modprobe(8)). */
export function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.xz|\.zst)?$/, '')
    .replaceAll('-', '_')
}
