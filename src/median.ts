/**
 * The middle of values, which may be infinite: of an even number the mean of the two in the middle. simple-statistics steps from one to
 * the other, and between two infinite ones there is no step. `NaN` between infinite ones of either sign. @throws RangeError without values
 */
export function median(values: readonly number[]): number {
  return medianSorted(values.toSorted((a, b) => (a === b ? 0 : a - b)))
}

/** {@link median} of what is in order already. */
export function medianSorted(sorted: readonly number[]): number {
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new RangeError('no values have no median')
  return low === high ? low : (low + high) / 2
}
