import { inversionCounts } from './inversions.js'
import { EXACT_UP_TO, twoSided } from './rank-sum.js'

interface Trend {
  /** Kendall's τ of the values with their order, from -1 (falls throughout) to 1 (rises throughout). */
  tau: number
  /** Two-sided, exact, with ties too. */
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
  // Over all orders of these values: pairs of equal ones rise in none of them.
  return { tau: (rising - falling) / pairs, p: twoSided(inversionCounts(groupsOf(values)), rising) }
}

/** How often each value occurs. */
function groupsOf(values: readonly number[]): number[] {
  const groups = new Map<number, number>()
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1)
  return [...groups.values()]
}
