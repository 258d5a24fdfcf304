import { TRANSPORTS } from '../../plan/transports.js'
import { SLOTS } from '../charts/look.js'
import type { CaseDigest, Digest } from './digest.js'

/** Which colour, dash and symbol stand for which variant, in a report over one result; the first variant of a transport has that transport's own. */
export function variantSlots(cases: readonly CaseDigest[]): Map<string, number> {
  const slots = new Map<string, number>()
  const owned = new Set<number>(cases.map(({ transport }) => TRANSPORTS[transport].slot))
  const free = Array.from({ length: SLOTS }, (_, i) => i).filter((slot) => !owned.has(slot))
  const started = new Set<string>()
  let next = 0
  for (const { variant, transport } of cases) {
    if (slots.has(variant)) continue
    if (started.has(transport)) {
      slots.set(variant, free[next++ % free.length] ?? 0)
      continue
    }
    started.add(transport)
    slots.set(variant, TRANSPORTS[transport].slot)
  }
  return slots
}

/** A case of one of the results, with what stands for it in the charts. */
export interface SeriesEntry {
  case: CaseDigest
  /** Its name among others of the same size. */
  line: string
  /** Its name among all of its place. */
  row: string
  slot: number
  /** Entries of one group are told apart by their line. */
  group: string
  groupTitle: string
}

/**
 * All cases of one place. Of one result, transports are told apart, for each size; of several, results, for each case. What is
 * beyond the number of slots is left to the tables.
 */
export function seriesEntriesOf(
  digests: readonly Digest[],
  place: CaseDigest['place'],
  sizeTitle: (bytes: number) => string,
): SeriesEntry[] {
  const [only, ...more] = digests
  if (only !== undefined && more.length === 0) {
    const cases = only.cases.filter((one) => one.place === place)
    const slots = variantSlots(only.cases)
    return cases.map((one) => ({
      case: one,
      line: one.variant,
      row: one.name,
      slot: slots.get(one.variant) ?? 0,
      group: `${one.bytes}`,
      groupTitle: sizeTitle(one.bytes),
    }))
  }
  return digests.slice(0, SLOTS).flatMap(({ name, cases }, slot) =>
    cases
      .filter((one) => one.place === place)
      .map((one) => ({
        case: one,
        line: name,
        row: `${one.name} · ${name}`,
        slot,
        group: one.key,
        groupTitle: one.name,
      })),
  )
}

/** Entries by their group; groups by size, those of one size in the order in which they come. */
export function groupsOf(entries: readonly SeriesEntry[]): SeriesEntry[][] {
  const groups = new Map<string, SeriesEntry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.group)
    if (group === undefined) groups.set(entry.group, [entry])
    else group.push(entry)
  }
  return [...groups.values()].sort((a, b) => (a[0]?.case.bytes ?? 0) - (b[0]?.case.bytes ?? 0))
}
