import { accessSync, constants, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { environmentError } from '../errors.js'

/**
 * Where kernels and initramfs are kept between runs: `$XDG_CACHE_HOME/xrbench/lab`, else below ~/.cache, else (a user without a
 * home) a folder of this user's own in the folder for temporary files.
 * @throws {XrbenchError} `XRB_LAB_CACHE` (exit 3)
 */
export function cacheFolder(): string {
  const candidates = [process.env.XDG_CACHE_HOME, join(homedir(), '.cache')].flatMap((folder) =>
    folder === undefined || !folder.startsWith('/') ? [] : [join(folder, 'xrbench', 'lab')],
  )
  candidates.push(join(tmpdir(), `xrbench-lab-cache-${userInfo().uid}`))
  for (const folder of candidates) {
    if (isUsable(folder)) return folder
  }
  throw environmentError(
    'XRB_LAB_CACHE',
    `There is no folder to keep the lab's kernel in: tried ${candidates.join(', ')}.`,
    'export XDG_CACHE_HOME=/some/folder/of/yours',
  )
}

/** A cache that others could have filled would run their kernel. */
function isUsable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch {
    return false
  }
  const { uid, mode } = statSync(folder)
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

/** Writes a file of the cache as a whole or not at all; several may do so at once. */
export function writeCached(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, content)
  renameSync(temporary, path)
}
