import { medianSorted } from 'simple-statistics'
import { rankSumInterval, rankSumP } from './rank-sum.js'
import { signedRankInterval, signedRankP } from './signed-rank.js'

/** How far one sample lies from another, with its interval and the evidence that it does at all. */
export interface Shift {
  estimate: number
  low: number
  high: number
  /** What the interval really has: at least what was asked for, or less when there are too few values. */
  confidence: number
  p: number
}

/**
 * Of `y` against `x`, independent: the median of all differences (Hodges and Lehmann, Ann. Math. Stat. 34 (1963)
 * 598–611), the interval that inverts the Mann-Whitney test, and its p. `null` when a side is empty.
 */
export function shiftBetween(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): Shift | null {
  const p = rankSumP(x, y)
  if (p === null) return null
  const differences = y.flatMap((b) => x.map((a) => b - a)).sort((a, b) => a - b)
  return { ...bounded(differences, rankSumInterval(x.length, y.length, confidence)), p }
}

/** The same for pairs: over the Walsh averages of their differences, with the signed-rank test. */
export function shiftWithin(differences: readonly number[], confidence: number): Shift | null {
  const p = signedRankP(differences)
  if (p === null) return null
  const averages = differences
    .flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2))
    .sort((a, b) => a - b)
  return { ...bounded(averages, signedRankInterval(differences.length, confidence)), p }
}

function bounded(sorted: readonly number[], interval: { k: number; confidence: number }) {
  return {
    estimate: medianSorted([...sorted]),
    low: sorted[interval.k - 1] ?? Number.NaN,
    high: sorted[sorted.length - interval.k] ?? Number.NaN,
    confidence: interval.confidence,
  }
}
