/**
 * Mann-Kendall's S: pairs that rise minus pairs that fall, over all pairs of `values` in their order. Ties count for neither.
 * Its largest value is that of n (n - 1) / 2 pairs.
 */
export function mannKendall(values: readonly number[]): number {
  let s = 0
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      s += Math.sign((values[j] as number) - (values[i] as number))
    }
  }
  return s
}
