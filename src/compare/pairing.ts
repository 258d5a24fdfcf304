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
 * Which case of `base` belongs to which of `other`: the same key at the same place. Across transports, the same in all that
 * every transport has; within one file its first transport is the base. Across hosts, a place alone does not part them.
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
  return across === 'transport' && differInTransport(a, b)
}

/** Whether two cases ask the same of different transports. What only one of them knows, as queue pairs, parts them not. */
export function differInTransport(a: Measured, b: Measured): boolean {
  return a.case.transport !== b.case.transport && question(a) === question(b)
}

function question({ case: { workload, parameters } }: Measured): string {
  const { messageSizeBytes, wait, direction, streams, rateBitsPerSec, pin } = parameters.requested
  const ofStreams = workload === 'stream' ? [direction, streams, rateBitsPerSec] : []
  return JSON.stringify([workload, messageSizeBytes, wait, pin, ...ofStreams])
}
