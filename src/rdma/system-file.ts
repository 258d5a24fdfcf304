import { readdirSync, readFileSync } from 'node:fs'

/** Where the kernel tells of itself; another root in tests. */
export const SYSTEM_ROOT = '/'

/** The trimmed text of a file of /proc, /sys or /lib; `null` where it cannot be read. */
export function readSystemText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** Names in a folder; none where it cannot be read. */
export function readNames(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
