import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

const MAX_CHARS = 256

/** What the kernel tells in /proc and /sys. Whatever cannot be read is `null`: absent, or not for this user. */
export interface MachineFiles {
  /** The trimmed text, cut to 256 characters unless told otherwise. */
  text(path: string, maxChars?: number): string | null
  /** The whole number that the file holds. */
  int(path: string): number | null
  /** Names in a folder, sorted; empty when there is none. */
  names(path: string): string[]
  /** Where a link leads at last. */
  target(path: string): string | null
  exists(path: string): boolean
}

/** The files of this machine; `root` stands in for `/` in tests. */
export function machineFiles(root = '/'): MachineFiles {
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch {
      return null
    }
  }
  const text = (path: string, maxChars = MAX_CHARS) =>
    attempt(() => readFileSync(join(root, path), 'utf8').trim().slice(0, maxChars))
  return {
    text,
    int: (path) => wholeNumber(text(path)),
    names: (path) => attempt(() => readdirSync(join(root, path)).sort()) ?? [],
    target: (path) => attempt(() => realpathSync(join(root, path))),
    exists: (path) => existsSync(join(root, path)),
  }
}

/** The safe whole number that `text` is, else `null`. */
export function wholeNumber(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^-?\d+$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

/** As {@link wholeNumber}, and not negative: the kernel says -1 where it does not know. */
export function countOf(text: string | null | undefined): number | null {
  const value = wholeNumber(text)
  return value !== null && value >= 0 ? value : null
}

/** How many numbers a kernel list such as `0-3,8` names. */
export function lengthOfList(list: string | null): number | null {
  if (list === null) return null
  if (list === '') return 0
  let length = 0
  for (const range of list.split(',')) {
    const [first, last = first] = range.split('-').map(Number)
    if (first === undefined || last === undefined || !(last >= first)) return null
    length += last - first + 1
  }
  return length
}
