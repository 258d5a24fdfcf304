import type { Group } from './option.js'

/**
 * Options of a case as an agent of any version understands them: what came after the first of them, and stands where it would without being told,
 * is left out.
 */
export function knownToAll<T extends object>(group: Group, values: T): T {
  const entries = Object.entries(values).filter(([name, value]) => {
    const found = Object.entries(group).find(([member, o]) => (o.each ?? member) === name)?.[1]
    return found?.isNewOnWire !== true || value !== found.absent
  })
  return Object.fromEntries(entries) as T
}
