import { medianSorted } from '../../median.js'
import { rankSumInterval, rankSumP, rankSumStatistic } from './rank-sum.js'
import { midRanks } from './ranks.js'
import { difference, HAIR } from './shift.js'
import { signedRankInterval, signedRankP } from './signed-rank.js'

/** Whether a shift lies above a limit, and below which bound it stays. Both are one-sided. */
export interface AgainstLimit {
  estimate: number
  /** Of the test that the shift lies above the limit. */
  p: number
  /** The shift lies below it with the confidence asked for; infinite where the values are too few for that. */
  upper: number
}

/** Of `y` against `x`, independent: the Mann-Whitney test of `y` less the limit, and the bound that inverts it. `null` when a side is empty. */
export function againstLimit(
  x: readonly number[],
  y: readonly number[],
  limit: number,
  confidence: number,
): AgainstLimit | null {
  const lowered = y.map((value) => value - limit)
  const p = rankSumP(lowered, x)
  if (p === null) return null
  const differences = y.flatMap((b) => x.map((a) => difference(a, b))).sort(ascending)
  const isAbove = rankSumStatistic(lowered, x) > (x.length * y.length) / 2
  const interval = rankSumInterval(x.length, y.length, bothSides(confidence))
  return conclude(differences, interval, confidence, isAbove ? p / 2 : 1 - p / 2)
}

/** The same for pairs: the signed-rank test of their differences less the limit. */
export function againstLimitWithin(
  differences: readonly number[],
  limit: number,
  confidence: number,
): AgainstLimit | null {
  const lowered = differences.map((value) => value - limit)
  const p = signedRankP(lowered)
  if (p === null) return null
  const averages = differences
    .flatMap((a, i) => differences.slice(i).map((b) => (a === -b ? 0 : (a + b) / 2)))
    .sort(ascending)
  const interval = signedRankInterval(differences.length, bothSides(confidence))
  return conclude(averages, interval, confidence, isMostlyAbove(lowered) ? p / 2 : 1 - p / 2)
}

/** The two-sided level whose upper end is a one-sided bound. */
function bothSides(confidence: number): number {
  return 2 * confidence - 1
}

function isMostlyAbove(values: readonly number[]): boolean {
  const moved = values.filter((value) => value !== 0)
  const ranks = midRanks(moved.map(Math.abs))
  return ranks.reduce((sum, rank, i) => sum + Math.sign(moved[i] ?? 0) * rank, 0) > 0
}

function conclude(
  sorted: readonly number[],
  interval: { k: number; confidence: number },
  asked: number,
  p: number,
): AgainstLimit {
  const isEnough = (1 - interval.confidence) / 2 <= (1 - asked) * HAIR
  const estimate = medianSorted(sorted)
  return {
    estimate: Number.isNaN(estimate) ? 0 : estimate,
    p,
    upper: isEnough
      ? (sorted[sorted.length - interval.k] ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY,
  }
}

const ascending = (a: number, b: number) => (a === b ? 0 : a - b)
