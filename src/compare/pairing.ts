import type { Across } from './schema.js'
import { type Measured, measuredCases, type Source } from './source.js'

export interface CasePair {
  base: Measured
  new: Measured
  /** Measured in turn in one run. */
  isInterleaved: boolean
}

export interface Pairing {
  pairs: CasePair[]
  withoutPartner: { base: Measured[]; new: Measured[] }
}

/**
 * Which case of `base` belongs to which of `other`: the same key at the same place. Across transports, keys that differ in
 * nothing else; within one file its first transport is the base. Across hosts, a place alone does not part them.
 */
export function pairCases(base: Source, other: Source, across: Across | null): Pairing {
  const isOneRun = base.doc.id === other.doc.id
  const [left, right] = [measuredCases(base), measuredCases(other)]
  const first = left[0]?.case.transport
  const bases =
    isOneRun && across === 'transport' ? left.filter((one) => one.case.transport === first) : left
  const others =
    isOneRun && across === 'transport' ? right.filter((one) => one.case.transport !== first) : right
  const pairs = bases.flatMap((a) =>
    others
      .filter((b) => belong(a, b, across))
      .map((b) => ({ base: a, new: b, isInterleaved: isOneRun })),
  )
  return {
    pairs,
    withoutPartner: {
      base: bases.filter((one) => !pairs.some((pair) => pair.base === one)),
      new: others.filter((one) => !pairs.some((pair) => pair.new === one)),
    },
  }
}

function belong(a: Measured, b: Measured, across: Across | null): boolean {
  if (a.place !== b.place && across !== 'host') return false
  if (a.case.key === b.case.key) return across !== 'transport'
  return across === 'transport' && a.case.transport !== b.case.transport && rest(a) === rest(b)
}

/** The key without its transport. */
function rest({ case: { key } }: Measured): string {
  return key.slice(key.indexOf('/') + 1)
}
