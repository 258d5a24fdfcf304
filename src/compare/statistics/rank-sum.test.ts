import { describe, expect, test } from 'vitest'
import { rankSumCounts, rankSumInterval, rankSumP, rankSumStatistic } from './rank-sum.js'

// Reference values: R 4.2.2, each with the call that gave it.
const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.061, 3.14, 1.291]

const upTo = (counts: Float64Array, q: number) =>
  counts.slice(0, q + 1).reduce((a, b) => a + b, 0) / counts.reduce((a, b) => a + b, 0)

describe('the distribution of U', () => {
  test.each([
    { call: 'pwilcox(2, 5, 5)', q: 2, m: 5, n: 5, p: 0.015873015873015872 },
    { call: 'pwilcox(30, 8, 10)', q: 30, m: 8, n: 10, p: 0.20412267471091 },
    { call: 'pwilcox(1000, 50, 50)', q: 1000, m: 50, n: 50, p: 0.042725607759136364 },
    { call: 'pwilcox(5, 3, 4)', q: 5, m: 3, n: 4, p: 0.42857142857142855 },
  ])('is that of $call', ({ q, m, n, p }) => {
    expect(upTo(rankSumCounts(m, n), q)).toBeCloseTo(p, 13)
  })

  test('counts every order once', () => {
    expect(rankSumCounts(5, 5).reduce((a, b) => a + b, 0)).toBe(252)
    expect([...rankSumCounts(2, 2)]).toEqual([1, 1, 2, 1, 1])
  })

  test.each([
    [4, 4, 1],
    [5, 5, 3],
    [8, 8, 14],
    [10, 10, 24],
    [5, 10, 9],
    [20, 20, 128],
    [50, 60, 1174],
  ])('gives for %i and %i the interval of qwilcox(0.025, m, n) = %i', (m, n, k) => {
    const found = rankSumInterval(m, n, 0.95)
    expect(found.k).toBe(k)
    expect(found.confidence).toBeGreaterThanOrEqual(0.95)
  })

  test('says what the widest interval of too few values has', () => {
    expect(rankSumInterval(3, 3, 0.95)).toEqual({ k: 1, confidence: 0.9 })
  })
})

describe('the Mann-Whitney test', () => {
  test('is wilcox.test(y, x, exact = TRUE)', () => {
    expect(rankSumStatistic(y, x)).toBe(23)
    expect(rankSumP(y, x)).toBeCloseTo(0.13591114767585355, 12)
    expect(rankSumP(x, y)).toBeCloseTo(0.13591114767585355, 12)
  })

  test('of two samples that do not overlap has the smallest p there is', () => {
    expect(rankSumP([101, 103, 99, 107, 105], [118, 121, 116, 125, 120])).toBeCloseTo(
      0.0079365079365079361,
      15,
    )
  })

  test('with ties is exact over all ways to deal out the mid-ranks', () => {
    // r <- rank(c(x, y)); W <- combn(11, 5, function(i) sum(r[i])); obs <- sum(r[1:5])
    // 2 * min(mean(W <= obs), mean(W >= obs))
    expect(rankSumP([1, 2, 2, 3, 5], [2, 3, 3, 4, 4, 6])).toBeCloseTo(0.21212121212121213, 13)
  })

  test('of equal values finds nothing', () => {
    expect(rankSumP([0, 0, 0, 0], [0, 0, 0, 0])).toBe(1)
  })

  test('beyond a hundred values is wilcox.test(…, exact = FALSE)', () => {
    const u = Array.from({ length: 120 }, (_, i) => i + 1)
    const v = u.map((value) => value + 7.5)
    expect(rankSumStatistic(v, u)).toBe(8072)
    expect(rankSumP(v, u)).toBeCloseTo(0.10510952840756467, 6)
  })

  test('beyond a hundred values corrects for ties as wilcox.test does', () => {
    // wilcox.test(rep(2:13, 10), rep(1:12, 10), exact = FALSE)
    const u = Array.from({ length: 120 }, (_, i) => (i % 12) + 1)
    const v = u.map((value) => value + 1)
    expect(rankSumStatistic(v, u)).toBe(8350)
    expect(rankSumP(v, u)).toBeCloseTo(0.031993496847831197, 6)
  })

  test('needs values on both sides', () => {
    expect(rankSumP([], [1])).toBeNull()
  })
})
