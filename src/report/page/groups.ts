import type { Row } from '../../compare/schema.js'
import { median } from '../../median.js'
import type { CaseDigest } from '../digest/digest.js'
import type { VariantRatio } from '../digest/transport-ratios.js'

/** Cases that may be held against one another: of one place, workload, size and wait. */
export interface CaseGroup {
  bytes: number
  wait: CaseDigest['wait']
  cases: CaseDigest[]
}

export function groupsBySize(cases: readonly CaseDigest[]): CaseGroup[] {
  const groups = new Map<string, CaseGroup>()
  for (const one of cases) {
    const id = `${one.bytes} ${one.wait}`
    const known = groups.get(id) ?? { bytes: one.bytes, wait: one.wait, cases: [] }
    groups.set(id, known)
    known.cases.push(one)
  }
  return [...groups.values()].sort((a, b) => a.bytes - b.bytes)
}

/** How many times as much the second has as the first. */
export interface Times {
  low: number
  high: number
  n: number
  p: number
  /** Of low … high. */
  confidence: number
  differs: boolean
  missing: string | null
}

/** Ratios by what they are of. */
export type Ratios = ReadonlyMap<string, VariantRatio>

export function ratiosById(ratios: readonly VariantRatio[]): Ratios {
  const found = new Map<string, VariantRatio>()
  for (const one of ratios) {
    const id = idOf(one, one.row.metric, one.base, one.new)
    if (!found.has(id)) found.set(id, one)
  }
  return found
}

function idOf(
  { place, workload, bytes }: Pick<CaseDigest, 'place' | 'workload' | 'bytes'>,
  metric: Row['metric'],
  base: string,
  other: string,
): string {
  return JSON.stringify([place, workload, bytes, metric, base, other])
}

/** `b / a` from the ratios that were computed, whichever way round. */
export function timesOf(
  ratios: Ratios,
  a: CaseDigest,
  b: CaseDigest,
  metric: Row['metric'],
): Times | null {
  const found =
    ratios.get(idOf(a, metric, a.variant, b.variant)) ??
    ratios.get(idOf(a, metric, b.variant, a.variant))
  if (found === undefined) return null
  const { effect, missing, base, new: other, verdict } = found.row
  const n = Math.min(base.values.length, other.values.length)
  if (effect === null) return { low: 0, high: 0, n, p: 1, confidence: 0, differs: false, missing }
  const isTurned = found.base !== a.variant
  return {
    low: isTurned ? 1 / effect.high : effect.low,
    high: isTurned ? 1 / effect.low : effect.high,
    n,
    p: effect.adjustedP,
    confidence: effect.confidence,
    differs: verdict === 'better' || verdict === 'worse',
    missing: null,
  }
}

export function middle(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values)
}
