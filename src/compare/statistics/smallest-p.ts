/** The smallest two-sided p that so many repetitions can give at all: of samples that do not overlap. */
export function smallestP(m: number, n: number, design: 'independent' | 'interleaved'): number {
  if (m === 0 || n === 0) return 1
  if (design === 'interleaved') return Math.min(1, 2 / 2 ** Math.min(m, n))
  let orders = 1
  for (let i = 1; i <= m; i++) orders *= (n + i) / i
  return Math.min(1, 2 / orders)
}
