/**
 * In how many orders of a row of values each number of inversions occurs, where values of one group are equal: `groups` are the sizes.
 * The coefficients of the Gaussian multinomial `[n]! / ([t₁]! [t₂]! …)`: for two groups those of Mann and Whitney's U, for groups of one
 * the Mahonian numbers.
 *
 * Only the lower half is computed and mirrored: there each step is no greater than what it leads to, so that no subtraction leaves
 * rounding where the counts are small. The upper tail, computed, ends in noise of either sign.
 */
export function inversionCounts(groups: readonly number[]): Float64Array {
  let [top, before] = [0, 0]
  for (const size of groups) {
    top += before * size
    before += size
  }
  const counts = new Float64Array(top + 1)
  const half = top >> 1
  counts[0] = 1
  let placed = 0
  for (const size of groups) {
    for (let i = 1; i <= size; i++) {
      placed++
      if (placed === i) continue
      for (let at = half; at >= placed; at--)
        counts[at] = (counts[at] ?? 0) - (counts[at - placed] ?? 0)
      for (let at = i; at <= half; at++) counts[at] = (counts[at] ?? 0) + (counts[at - i] ?? 0)
    }
  }
  for (let at = half + 1; at <= top; at++) counts[at] = counts[top - at] ?? 0
  return counts
}
