import { EXACT_UP_TO, intervalOf, normalInterval, normalTwoSided, twoSided } from './rank-sum.js'
import { midRanks } from './ranks.js'

/**
 * In how many of the 2^n choices of signs the ranks with a plus add up to each V = 0 … n(n+1)/2.
 * Wilcoxon, Biometrics Bulletin 1 (1945) 80–83.
 */
export function signedRankCounts(n: number): Float64Array {
  return signedSums(Array.from({ length: n }, (_, i) => i + 1))
}

function signedSums(ranks: readonly number[]): Float64Array {
  const top = ranks.reduce((a, b) => a + b, 0)
  const ways = new Float64Array(top + 1)
  ways[0] = 1
  for (const rank of ranks) {
    for (let sum = top; sum >= rank; sum--) ways[sum] = (ways[sum] ?? 0) + (ways[sum - rank] ?? 0)
  }
  return ways
}

/**
 * Two-sided p of the signed-rank test on paired differences: exact, with ties too; differences of 0 are left out, as
 * Wilcoxon did. `null` without any; 1 when all are 0.
 */
export function signedRankP(differences: readonly number[]): number | null {
  if (differences.length === 0) return null
  const moved = differences.filter((difference) => difference !== 0)
  if (moved.length === 0) return 1
  const ranks = midRanks(moved.map(Math.abs))
  const v = ranks.reduce((sum, rank, i) => sum + ((moved[i] ?? 0) > 0 ? rank : 0), 0)
  if (moved.length > EXACT_UP_TO) return normalP(ranks, v)
  const doubled = ranks.map((rank) => Math.round(2 * rank))
  return twoSided(signedSums(doubled), Math.round(2 * v))
}

function normalP(ranks: readonly number[], v: number): number {
  const sd = Math.sqrt(ranks.reduce((sum, rank) => sum + rank ** 2, 0) / 4)
  const top = ranks.reduce((a, b) => a + b, 0)
  return normalTwoSided(v, top, sd)
}

/** {@link signedRankP} with every average of 0 counted against a shift: the p to which {@link signedRankInterval} belongs. */
export function againstZerosP(differences: readonly number[]): number {
  const n = differences.length
  const averages = differences.flatMap((a, i) => differences.slice(i).map((b) => a + b))
  const least = Math.min(
    averages.filter((sum) => !(sum < 0)).length,
    averages.filter((sum) => !(sum > 0)).length,
  )
  if (2 * least >= averages.length) return 1
  if (n <= EXACT_UP_TO) return twoSided(signedRankCounts(n), least)
  return normalTwoSided(least, averages.length, sdOf(n))
}

function sdOf(n: number): number {
  return Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)
}

/** As `rankSumInterval`, over the n(n+1)/2 Walsh averages. */
export function signedRankInterval(
  n: number,
  confidence: number,
): { k: number; confidence: number } {
  if (n <= EXACT_UP_TO) return intervalOf(signedRankCounts(n), confidence)
  return normalInterval((n * (n + 1)) / 2, sdOf(n), confidence)
}
