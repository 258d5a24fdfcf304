import { usageError, type XrbenchError } from '../errors.js'
import type { Variant } from '../plan/case.js'
import { questionOf } from './question.js'
import type { Studied } from './schema.js'
import { type MeasuredCase, measuredCases, type Source } from './source.js'

export interface CasePair {
  base: MeasuredCase
  new: MeasuredCase
  /** Measured in turn in one run. */
  isInterleaved: boolean
}

interface Pairing {
  pairs: CasePair[]
  withoutPartner: { base: MeasuredCase[]; new: MeasuredCase[] }
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
  const candidates = byIdentity(others, across)
  const pairs: CasePair[] = []
  for (const a of bases) {
    for (const b of candidates.get(identityOf(a, across)) ?? []) {
      if (across === 'transport' && !isOtherTransport(a, b)) continue
      pairs.push({ base: a, new: b, isInterleaved: isOneRun })
      if (pairs.length > MAX_PAIRS) throw tooManyPairs(base, other)
    }
  }
  const [paired, partners] = [pairs.map((pair) => pair.base), pairs.map((pair) => pair.new)]
  return {
    pairs,
    withoutPartner: { base: without(bases, paired), new: without(others, partners) },
  }
}

/** Across transports each goes with each: more than that nobody reads, and no machine computes in good time. */
const MAX_PAIRS = 20_000

function tooManyPairs({ file: base }: Source, { file: other }: Source): XrbenchError {
  return usageError(
    'XRB_TOO_MANY_PAIRS',
    `${base} and ${other} have more than ${MAX_PAIRS.toLocaleString('en-US')} pairs of cases that ask the same.`,
    "xrbench export --json --case 'tcp/*' -o PART.json, and compare the parts",
  )
}

function without(all: readonly MeasuredCase[], some: readonly MeasuredCase[]): MeasuredCase[] {
  const left = new Set(some)
  return all.filter((one) => !left.has(one))
}

function byIdentity(
  cases: readonly MeasuredCase[],
  across: Studied | null,
): Map<string, MeasuredCase[]> {
  const found = new Map<string, MeasuredCase[]>()
  for (const one of cases) {
    const identity = identityOf(one, across)
    const known = found.get(identity)
    if (known === undefined) found.set(identity, [one])
    else known.push(one)
  }
  return found
}

/** What the two cases of a pair have in common. */
function identityOf(one: MeasuredCase, across: Studied | null): string {
  const { variant, key } = one.case
  const what = across === 'transport' ? question(one) : key
  return JSON.stringify([variant ?? null, across === 'host' ? null : one.place, what])
}

function isOtherTransport(a: MeasuredCase, b: MeasuredCase): boolean {
  return a.case.key !== b.case.key && a.case.transport !== b.case.transport
}

/** The two configurations of one run: a case of either at the same place in the list. */
function variantPairs(source: Source): Pairing {
  const measured = new Map(measuredCases(source).map((one) => [one.case, one]))
  const of = (variant: Variant) =>
    source.doc.cases
      .filter((one) => one.variant === variant)
      .map((one) => measured.get(one) ?? null)
  const [left, right] = [of('a'), of('b')]
  const partner = (others: (MeasuredCase | null)[], i: number) => others[i] ?? null
  const alone = (side: (MeasuredCase | null)[], others: (MeasuredCase | null)[]) =>
    side.flatMap((one, i) => (one !== null && partner(others, i) === null ? [one] : []))
  return {
    pairs: left.flatMap((a, i) => {
      const b = partner(right, i)
      return a === null || b === null ? [] : [{ base: a, new: b, isInterleaved: true }]
    }),
    withoutPartner: { base: alone(left, right), new: alone(right, left) },
  }
}

/** Whether any two cases of either side ask the same of different transports. What only one of them knows, as queue pairs, parts them not. */
export function differInTransport(
  left: readonly MeasuredCase[],
  right: readonly MeasuredCase[],
): boolean {
  const asked = byIdentity(left, 'transport')
  return right.some((b) =>
    asked.get(identityOf(b, 'transport'))?.some((a) => a.case.transport !== b.case.transport),
  )
}

/** Where threads are pinned is no question of its own, but of several cases of a transport it tells which. */
function question({ case: c }: MeasuredCase): string {
  return JSON.stringify([c.workload, c.parameters.requested.pin, questionOf(c)])
}
