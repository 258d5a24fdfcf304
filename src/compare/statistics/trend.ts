import { EXACT_UP_TO, twoSided } from './rank-sum.js'

export interface Trend {
  /** Kendall's τ of the values with their order, from -1 (falls throughout) to 1 (rises throughout). */
  tau: number
  /** Two-sided, exact. */
  p: number
}

/**
 * Whether values rise or fall in the order they were measured (Mann, Econometrica 13 (1945) 245–259). `null` below four, which
 * can show nothing, and above a hundred.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const n = values.length
  if (n < 4 || n > EXACT_UP_TO) return null
  let [rising, falling] = [0, 0]
  values.forEach((later, j) => {
    for (const earlier of values.slice(0, j)) {
      if (later > earlier) rising++
      if (later < earlier) falling++
    }
  })
  const pairs = (n * (n - 1)) / 2
  // Equal values count half for either way: they lessen the evidence.
  const observed = Math.round(rising + (pairs - rising - falling) / 2)
  return { tau: (rising - falling) / pairs, p: twoSided(inversionCounts(n), observed) }
}

/** How many of the n! orders have each number of rising pairs (the Mahonian numbers). */
function inversionCounts(n: number): Float64Array {
  const counts = new Float64Array((n * (n - 1)) / 2 + 1)
  counts[0] = 1
  for (let size = 2; size <= n; size++) {
    for (let i = counts.length - 1; i >= size; i--)
      counts[i] = (counts[i] ?? 0) - (counts[i - size] ?? 0)
    for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0)
  }
  return counts
}
