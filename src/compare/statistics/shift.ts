import { medianSorted } from '../../median.js'
import { againstTiesP, rankSumInterval, rankSumP } from './rank-sum.js'
import { againstZerosP, signedRankInterval, signedRankP } from './signed-rank.js'

/**
 * How far one sample lies from another, with its interval and the evidence that it does at all. The two agree: 0 is outside of the interval
 * where, and only where, the test says so.
 */
export interface Shift {
  estimate: number
  low: number
  high: number
  /** What the interval really has: at least what was asked for, or less when there are too few values. */
  confidence: number
  p: number
}

/** Values of a side: of more, not all differences fit into memory. */
export const MOST_VALUES = 2_000

/**
 * Of `y` against `x`, independent: the median of all differences (Hodges and Lehmann, Ann. Math. Stat. 34 (1963)
 * 598–611), the interval that inverts the Mann-Whitney test, and its p. `null` when a side is empty, or has more than {@link MOST_VALUES}. Values may be infinite:
 * those of both sides are equal, and differ from any other by more than can be said.
 */
export function shiftBetween(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): Shift | null {
  if (Math.max(x.length, y.length) > MOST_VALUES) return null
  const p = rankSumP(x, y)
  if (p === null) return null
  const differences = y.flatMap((b) => x.map((a) => difference(a, b))).sort(ascending)
  const interval = rankSumInterval(x.length, y.length, confidence)
  return agreeing(differences, interval, confidence, p, () => againstTiesP(x, y))
}

/** The same for pairs: over the Walsh averages of their differences, with the signed-rank test. */
export function shiftWithin(differences: readonly number[], confidence: number): Shift | null {
  if (differences.length > MOST_VALUES) return null
  const p = signedRankP(differences)
  if (p === null) return null
  const averages = differences
    .flatMap((a, i) => differences.slice(i).map((b) => (a === -b ? 0 : (a + b) / 2)))
    .sort(ascending)
  const interval = signedRankInterval(differences.length, confidence)
  return agreeing(averages, interval, confidence, p, () => againstZerosP(differences))
}

/** `b - a`; of two that are equally infinite, nothing. */
export function difference(a: number, b: number): number {
  return a === b ? 0 : b - a
}

const ascending = (a: number, b: number) => (a === b ? 0 : a - b)

/** A hair of rounding must not decide. */
export const HAIR = 1 + 1e-9

/**
 * The bounds of an interval, which knows nothing of ties, and a p that does. Without ties at 0 they agree by themselves. Where the test
 * sees a shift and a bound is 0, the bound is the next shift that was seen; where it sees none, the interval reaches 0. An estimate of 0
 * is no shift, whatever the test that weighs the few others says: `cautiousP` counts all ties against it.
 */
function agreeing(
  sorted: readonly number[],
  interval: { k: number; confidence: number },
  asked: number,
  p: number,
  cautiousP: () => number,
): Shift {
  const estimate = middleOf(sorted)
  let low = sorted[interval.k - 1] ?? Number.NaN
  let high = sorted[sorted.length - interval.k] ?? Number.NaN
  const { confidence } = interval
  const isShift = p <= Math.max(1 - asked, 1 - confidence) * HAIR
  const holdsNone = low <= 0 && high >= 0
  if (isShift && holdsNone) {
    if (estimate === 0) return { estimate, low, high, confidence, p: Math.max(p, cautiousP()) }
    if (estimate > 0) low = sorted.find((one) => one > 0) ?? estimate
    else high = sorted.findLast((one) => one < 0) ?? estimate
  }
  if (!isShift) [low, high] = [Math.min(low, 0), Math.max(high, 0)]
  return { estimate, low, high, confidence, p }
}

/** Between two infinite ones of either sign lies nothing that could be said. */
function middleOf(sorted: readonly number[]): number {
  const middle = medianSorted(sorted)
  return Number.isNaN(middle) ? 0 : middle
}
