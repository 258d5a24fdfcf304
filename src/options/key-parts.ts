import { isFor, standard } from './fill.js'
import type { Circumstances, Group, OfCase, PlaceInKey } from './option.js'

/** What the name of a case says at one place of the options of a group: those that mean something to it, and do not stand at their default. */
export function keyParts<G extends Group>(
  group: G,
  values: Partial<OfCase<G>>,
  c: Circumstances,
  place?: PlaceInKey,
): string[] {
  return Object.entries(group).flatMap(([member, option]) => {
    if (option.placeInKey !== place) return []
    const value = (values as Record<string, unknown>)[option.each ?? member] ?? null
    if (value === null || option.key === undefined || !isFor(option, c, value)) return []
    return option.isAlwaysInKey === true || value !== standard(option, c) ? [option.key(value)] : []
  })
}
