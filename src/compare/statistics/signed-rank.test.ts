import { describe, expect, test } from 'vitest'
import { EXACT_UP_TO } from './rank-sum.js'
import { signedRankCounts, signedRankInterval, signedRankP } from './signed-rank.js'

// Reference values: R 4.2.2, each with the call that gave it.
describe('the signed-rank test', () => {
  test.each([
    { call: 'psignrank(3, 6)', q: 3, n: 6, p: 0.078125 },
    { call: 'psignrank(10, 10)', q: 10, n: 10, p: 0.0419921875 },
    { call: 'psignrank(500, 50)', q: 500, n: 50, p: 0.093841952086707522 },
  ])('has the distribution of $call', ({ q, n, p }) => {
    const counts = signedRankCounts(n)
    const below = counts.slice(0, q + 1).reduce((a, b) => a + b, 0)
    expect(below / 2 ** n).toBeCloseTo(p, 13)
  })

  test('is wilcox.test(x, y, paired = TRUE, exact = TRUE)', () => {
    const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.061, 3.14, 1.291]
    expect(signedRankP(x.map((value, i) => value - (y[i] ?? 0)))).toBeCloseTo(0.0390625, 13)
  })

  test('with ties is exact over all choices of signs', () => {
    // d <- c(1,-1,2,3,3,-2,4,5); r <- rank(abs(d)); V <- sum(r[d > 0])
    // S <- as.matrix(expand.grid(rep(list(0:1), 8))) %*% r; 2 * min(mean(S <= V), mean(S >= V))
    expect(signedRankP([1, -1, 2, 3, 3, -2, 4, 5])).toBeCloseTo(0.078125, 13)
  })

  test.each([
    [6, 1],
    [8, 4],
    [10, 9],
    [20, 53],
    [50, 435],
  ])('gives for %i pairs the interval of qsignrank(0.025, n) = %i', (n, k) => {
    expect(signedRankInterval(n, 0.95).k).toBe(k)
  })

  test('of many pairs is nearly what all choices of signs say', () => {
    const n = EXACT_UP_TO + 10
    const differences = Array.from({ length: n }, (_, i) => (i % 5 < 2 ? -1 : 1) * (i + 1))
    const least = differences.reduce((sum, d) => sum + Math.max(-d, 0), 0)
    const below = signedRankCounts(n).slice(0, least + 1)
    const exact = (2 * below.reduce((a, b) => a + b, 0)) / 2 ** n
    expect(exact).toBeLessThan(0.5)
    expect((signedRankP(differences) ?? 0) / exact).toBeCloseTo(1, 1)
  })

  test('leaves out pairs that are equal, and finds nothing when all are', () => {
    expect(signedRankP([0, 0, 1, 2, 3, 4, 5, 6])).toBe(signedRankP([1, 2, 3, 4, 5, 6]))
    expect(signedRankP([0, 0])).toBe(1)
    expect(signedRankP([])).toBeNull()
  })
})
