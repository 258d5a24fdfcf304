import { inversionCounts } from './inversions.js'
import { normalTail } from './normal.js'
import { midRanks } from './ranks.js'

/** Above this many values of one side the normal approximation takes over; the exact one would differ in the fourth digit. */
export const EXACT_UP_TO = 100

/**
 * How many of the `C(m + n, m)` orders of `m` and `n` distinct values give each `U` = 0 … m·n (the number of pairs in
 * which the first is the greater). Mann and Whitney, Ann. Math. Stat. 18 (1947) 50–60.
 */
export function rankSumCounts(m: number, n: number): Float64Array {
  return inversionCounts([n, m])
}

/** `U` of `x` against `y`: pairs in which `x` is the greater, equal ones counting half. */
export function rankSumStatistic(x: readonly number[], y: readonly number[]): number {
  const ranks = midRanks([...x, ...y])
  const sum = ranks.slice(0, x.length).reduce((a, b) => a + b, 0)
  return sum - (x.length * (x.length + 1)) / 2
}

/**
 * Two-sided p of the Mann-Whitney test: twice the smaller tail, at most 1. Exact up to {@link EXACT_UP_TO} values
 * a side, with ties too (over all ways to deal out the mid-ranks); beyond that normal with the corrections for ties and continuity.
 * `null` when a side is empty.
 */
export function rankSumP(x: readonly number[], y: readonly number[]): number | null {
  const [m, n] = [x.length, y.length]
  if (m === 0 || n === 0) return null
  const ranks = midRanks([...x, ...y])
  const isTied = ranks.some((rank, i) => !Number.isInteger(rank) || ranks.indexOf(rank) !== i)
  if (Math.max(m, n) > (isTied ? EXACT_UP_TO / 2 : EXACT_UP_TO)) return normalP(x, y, ranks)
  if (!isTied) return twoSided(exactDistribution(m, n), rankSumStatistic(x, y))
  // Mid-ranks are whole numbers when doubled.
  const doubled = ranks.map((rank) => Math.round(2 * rank))
  const observed = doubled.slice(0, m).reduce((a, b) => a + b, 0)
  return twoSided(subsetSums(doubled, m), observed)
}

/** {@link rankSumP} with every tie between the sides dealt against a difference: the p to which {@link rankSumInterval} belongs. */
export function againstTiesP(x: readonly number[], y: readonly number[]): number {
  const ordered = (is: (a: number, b: number) => boolean) =>
    x.reduce((sum, a) => sum + y.filter((b) => is(a, b)).length, 0)
  const least = Math.min(
    ordered((a, b) => a >= b),
    ordered((a, b) => a <= b),
  )
  const [m, n] = [x.length, y.length]
  if (2 * least >= m * n) return 1
  if (Math.max(m, n) <= EXACT_UP_TO) return twoSided(exactDistribution(m, n), least)
  return normalTwoSided(least, m * n, Math.sqrt((m * n * (m + n + 1)) / 12))
}

const known = new Map<string, Float64Array>()

function exactDistribution(m: number, n: number): Float64Array {
  const key = `${Math.min(m, n)},${Math.max(m, n)}`
  const found = known.get(key) ?? rankSumCounts(Math.min(m, n), Math.max(m, n))
  known.set(key, found)
  return found
}

/** In how many ways `size` of `values` (whole numbers, not negative) add up to each sum. */
function subsetSums(values: readonly number[], size: number): Float64Array {
  const top = values
    .toSorted((a, b) => b - a)
    .slice(0, size)
    .reduce((a, b) => a + b, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(top + 1))
  const [none] = ways
  if (none) none[0] = 1
  values.forEach((value, seen) => {
    for (let k = Math.min(size, seen + 1); k >= 1; k--) {
      const [to, from] = [ways[k], ways[k - 1]]
      if (!to || !from) continue
      for (let sum = top; sum >= value; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - value] ?? 0)
    }
  })
  return ways[size] ?? new Float64Array(1)
}

/** Twice the smaller tail at `observed`, which belongs to both. */
export function twoSided(counts: Float64Array, observed: number): number {
  let [below, above, total] = [0, 0, 0]
  counts.forEach((count, value) => {
    total += count
    if (value <= observed) below += count
    if (value >= observed) above += count
  })
  return Math.min(1, (2 * Math.min(below, above)) / total)
}

function normalP(x: readonly number[], y: readonly number[], ranks: readonly number[]): number {
  const [m, n] = [x.length, y.length]
  const all = m + n
  const sizes = new Map<number, number>()
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1)
  const ties = [...sizes.values()].reduce((sum, t) => sum + t ** 3 - t, 0)
  const sd = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))))
  if (sd === 0) return 1
  return normalTwoSided(rankSumStatistic(x, y), m * n, sd)
}

/** {@link twoSided} by the normal approximation, for a statistic of 0 … `top`, corrected for continuity. */
export function normalTwoSided(observed: number, top: number, sd: number): number {
  const distance = Math.abs(observed - top / 2)
  return Math.min(1, 2 * normalTail(Math.max(0, distance - 0.5) / sd))
}

/**
 * The `k` for which the `k`-th smallest and `k`-th largest of the m·n differences bound the shift with at least `confidence`,
 * and the confidence they really have. Too few values for it: k = 1 and what that has.
 */
export function rankSumInterval(
  m: number,
  n: number,
  confidence: number,
): { k: number; confidence: number } {
  if (Math.max(m, n) > EXACT_UP_TO) {
    return normalInterval(m * n, Math.sqrt((m * n * (m + n + 1)) / 12), confidence)
  }
  return intervalOf(exactDistribution(m, n), confidence)
}

/** {@link rankSumInterval} for any symmetric distribution of a rank statistic. */
export function intervalOf(
  counts: Float64Array,
  confidence: number,
): { k: number; confidence: number } {
  const total = counts.reduce((a, b) => a + b, 0)
  const alpha = 1 - confidence
  let tail = counts[0] ?? 0
  let k = 1
  // A hair of rounding must not decide.
  while (k < counts.length / 2 && (2 * (tail + (counts[k] ?? 0))) / total <= alpha * (1 + 1e-12)) {
    tail += counts[k] ?? 0
    k++
  }
  return { k, confidence: Math.max(0, 1 - (2 * tail) / total) }
}

/** {@link intervalOf} by the normal approximation, for a statistic of 0 … `top` with that standard deviation. */
export function normalInterval(
  top: number,
  sd: number,
  confidence: number,
): { k: number; confidence: number } {
  let k = Math.floor(top / 2)
  while (k > 1 && 2 * normalTail((top + 1) / 2 / sd - k / sd) > 1 - confidence) {
    k = Math.max(1, k - Math.ceil(sd / 1000))
  }
  return { k, confidence: 1 - 2 * normalTail(((top + 1) / 2 - k) / sd) }
}
