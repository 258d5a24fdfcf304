import { isFor, standard } from './fill.js'
import type { Circumstances, Group, OfCase } from './option.js'

/** What the name of a case says of the options of a group: those that mean something to it, and do not stand at their default. */
export function keyParts<G extends Group>(
  group: G,
  values: Partial<OfCase<G>>,
  c: Circumstances,
): string[] {
  return Object.entries(group).flatMap(([member, option]) => {
    const value = (values as Record<string, unknown>)[option.each ?? member] ?? null
    if (value === null || option.key === undefined || !isFor(option, c, value)) return []
    return option.isAlwaysInKey === true || value !== standard(option, c) ? [option.key(value)] : []
  })
}
