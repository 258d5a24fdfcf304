import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where the result of a run that starts at `now` goes: the file named, or a new one named after the time
 * (UTC) in the folder named, else in the current one.
 */
export function defaultOutputPath(named?: string, now = new Date()): string {
  if (named !== undefined && !isFolder(named)) return named
  const folder = named ?? '.'
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const free = (tail: string) => !existsSync(join(folder, `xrbench-${time}${tail}.json`))
  let tail = ''
  for (let n = 2; !free(tail); n++) tail = `-${n}`
  return join(folder, `xrbench-${time}${tail}.json`)
}

function isFolder(path: string): boolean {
  if (path.endsWith('/')) return true
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
