import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'xrbench-lab-'
/** A socket's path has at most 107 bytes (unix(7)); below the folder ours need 20 of them. */
const MAX_PATH_BYTES = 80

/** A folder of one lab, for its sockets and the files it shares with its guests; named after this process. */
interface RunFolder {
  path: string
  remove(): void
}

export function createRunFolder(): RunFolder {
  const parent = parentFolder()
  sweep(parent)
  const path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** `$XDG_RUNTIME_DIR`, else the folder for temporary files; /tmp where those are too long. */
function parentFolder(): string {
  const candidates = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp']
  for (const folder of candidates) {
    if (folder === undefined || Buffer.byteLength(folder) > MAX_PATH_BYTES - 30) continue
    if (!folder.startsWith('/') || folder.includes(',')) continue
    try {
      mkdirSync(folder, { recursive: true })
      const probe = mkdtempSync(join(folder, `${PREFIX}probe-`))
      rmSync(probe, { recursive: true })
      return folder
    } catch {
      // Not ours to write in.
    }
  }
  return '/tmp'
}

/** Removes what labs left behind whose process was killed. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    const path = join(parent, name)
    try {
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another sweep was quicker.
    }
  }
}
