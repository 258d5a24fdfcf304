import type { Variant } from '../plan/case.js'
import type { Studied } from './schema.js'
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
export function pairCases(base: Source, other: Source, across: Studied | null): Pairing {
  if (across === 'variant') return variantPairs(base)
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

/** The two configurations of one run: a case of either at the same place in the list. */
function variantPairs(source: Source): Pairing {
  const measured = measuredCases(source)
  const of = (variant: Variant) =>
    source.doc.cases
      .filter((one) => one.variant === variant)
      .map((one) => measured.find((found) => found.case === one) ?? null)
  const [left, right] = [of('a'), of('b')]
  const partner = (others: (Measured | null)[], i: number) => others[i] ?? null
  const alone = (side: (Measured | null)[], others: (Measured | null)[]) =>
    side.flatMap((one, i) => (one !== null && partner(others, i) === null ? [one] : []))
  return {
    pairs: left.flatMap((a, i) => {
      const b = partner(right, i)
      return a === null || b === null ? [] : [{ base: a, new: b, isInterleaved: true }]
    }),
    withoutPartner: { base: alone(left, right), new: alone(right, left) },
  }
}

function belong(a: Measured, b: Measured, across: Studied | null): boolean {
  if (a.case.variant !== b.case.variant) return false
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
  const { responseSizeBytes, inflight } = parameters.requested
  const ofRequests = workload === 'rr' ? [responseSizeBytes, inflight] : []
  const ofStreams = workload === 'stream' ? [direction, streams, rateBitsPerSec] : []
  return JSON.stringify([workload, messageSizeBytes, wait, pin, ...ofStreams, ...ofRequests])
}
