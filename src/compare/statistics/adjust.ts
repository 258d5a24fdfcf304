/**
 * Holm's step-down: rejecting where the result is below α keeps the chance of even one false alarm below α.
 * Scand. J. Stat. 6 (1979) 65–70. As `p.adjust(p, "holm")` in R.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1))
  const adjusted = new Array<number>(ps.length).fill(1)
  let least = 0
  order.forEach((index, step) => {
    least = Math.max(least, Math.min(1, (ps[index] ?? 1) * (ps.length - step)))
    adjusted[index] = least
  })
  return adjusted
}

/**
 * Benjamini and Hochberg's step-up: of what is below α, at most the part α is a false alarm in the long run; when nothing
 * differs, the chance of any is at most α. J. R. Stat. Soc. B 57 (1995) 289–300. As `p.adjust(p, "BH")` in R.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[b] ?? 1) - (ps[a] ?? 1))
  const adjusted = new Array<number>(ps.length).fill(1)
  let most = 1
  order.forEach((index, step) => {
    most = Math.min(most, ((ps[index] ?? 1) * ps.length) / (ps.length - step))
    adjusted[index] = most
  })
  return adjusted
}
