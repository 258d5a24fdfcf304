/** Ranks from 1; equal values share the mean of theirs. */
export function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end + 1 < order.length && at(values, order, end + 1) === at(values, order, start)) end++
    for (let i = start; i <= end; i++) ranks[order[i] ?? 0] = (start + end) / 2 + 1
    start = end + 1
  }
  return ranks
}

function at(values: readonly number[], order: readonly number[], i: number): number {
  return values[order[i] ?? 0] ?? 0
}
