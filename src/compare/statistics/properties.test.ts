import { describe, expect, test } from 'vitest'
import { seeded } from '../fixtures/random.js'
import { inversionCounts } from './inversions.js'
import { rankSumCounts, rankSumP } from './rank-sum.js'
import { shiftBetween, shiftWithin } from './shift.js'
import { signedRankInterval, signedRankP } from './signed-rank.js'
import { smallestP } from './smallest-p.js'
import { trendOf } from './trend.js'

/** Values on a coarse grid, so that many are equal; each seed another number of them, and another grid. */
function coarse(seed: number, length: number, shift = 0): number[] {
  const random = seeded(seed)
  const levels = 2 + Math.floor(random() * 6)
  return Array.from({ length }, () => Math.floor(random() * levels) + shift)
}

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)

function binomial(n: number, k: number): bigint {
  let ways = 1n
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i)
  return ways
}

/** The counts in whole numbers of any length: what no rounding touches. */
function exactCounts(m: number, n: number): bigint[] {
  const counts = Array.from({ length: m * n + 1 }, () => 0n)
  counts[0] = 1n
  for (let i = 1; i <= m; i++) {
    for (let u = m * n; u >= n + i; u--) counts[u] = (counts[u] ?? 0n) - (counts[u - n - i] ?? 0n)
    for (let u = i; u <= m * n; u++) counts[u] = (counts[u] ?? 0n) + (counts[u - i] ?? 0n)
  }
  return counts
}

describe('many values', () => {
  test.each([20, 40, 41, 60, 80, 100])('%i a side that do not overlap have the smallest p', (n) => {
    const low = Array.from({ length: n }, (_, i) => i)
    const high = low.map((value) => value + 1000)
    const least = 2 / Number(binomial(2 * n, n))
    for (const p of [rankSumP(low, high), rankSumP(high, low)]) {
      expect((p ?? 0) / least).toBeCloseTo(1, 10)
    }
    expect(smallestP(n, n, 'independent') / least).toBeCloseTo(1, 10)
  })

  test.each([
    [40, 40],
    [37, 61],
    [100, 100],
    [3, 100],
  ])('%i and %i: no count is off by more than rounding', (m, n) => {
    const exact = exactCounts(m, n)
    const counts = rankSumCounts(m, n)
    expect(counts).toHaveLength(exact.length)
    counts.forEach((count, u) => {
      expect(Math.abs(count / Number(exact[u]) - 1), `U = ${u}`).toBeLessThan(1e-12)
    })
  })

  test('in order have the smallest p that a trend can have', () => {
    const rising = Array.from({ length: 100 }, (_, i) => i)
    let orders = 1
    for (let i = 2; i <= 100; i++) orders *= i
    for (const p of [trendOf(rising)?.p, trendOf(rising.toReversed())?.p]) {
      expect((p ?? 0) / (2 / orders)).toBeCloseTo(1, 10)
    }
  })

  test('in pairs have a finite interval, however many there are', () => {
    for (const n of [100, 101, 1000]) {
      const { k, confidence } = signedRankInterval(n, 0.95)
      expect(confidence).toBeGreaterThanOrEqual(0.95)
      expect(confidence).toBeLessThan(0.951)
      expect(k).toBeLessThan((n * (n + 1)) / 4)
    }
  })
})

describe('ties', () => {
  test('of the rank sum are weighed as in all ways to deal out the values', () => {
    for (const seed of SEEDS.slice(0, 60)) {
      const [m, n] = [2 + (seed % 4), 2 + (seed % 5)]
      const [x, y] = [coarse(seed, m), coarse(seed + 1000, n)]
      expect(rankSumP(x, y), `seed ${seed}`).toBeCloseTo(dealt(x, y), 12)
    }
  })

  test('of the signed rank are weighed as in all choices of signs', () => {
    for (const seed of SEEDS.slice(0, 60)) {
      const differences = coarse(seed, 3 + (seed % 7), -2)
      expect(signedRankP(differences), `seed ${seed}`).toBeCloseTo(signed(differences), 12)
    }
  })

  test('of a trend are weighed as in all orders, and alike from either end', () => {
    for (const seed of SEEDS.slice(0, 60)) {
      const values = coarse(seed, 4 + (seed % 4))
      const p = trendOf(values)?.p
      expect(p, `seed ${seed}`).toBeCloseTo(ordered(values), 12)
      expect(trendOf(values.toReversed())?.p, `seed ${seed}`).toBe(p)
      expect(trendOf(values.map((value) => -value))?.p, `seed ${seed}`).toBe(p)
    }
  })

  test('leave as many orders as there are', () => {
    expect([...inversionCounts([2, 2])]).toEqual([1, 1, 2, 1, 1])
    expect(inversionCounts([2, 3, 1, 1]).reduce((a, b) => a + b, 0)).toBe(5040 / 12)
    expect([...inversionCounts([5])]).toEqual([1])
  })

  test('let no interval hold 0 that the test excludes, nor exclude one that it does not', () => {
    let shifts = 0
    for (const seed of SEEDS) {
      const [m, n] = [3 + (seed % 10), 3 + ((seed * 7) % 11)]
      const [x, y] = [coarse(seed, m), coarse(seed + 1000, n, seed % 4)]
      const paired = coarse(seed, m, -(seed % 3))
      for (const shift of [shiftBetween(x, y, 0.95), shiftWithin(paired, 0.95)]) {
        if (shift === null) throw new Error('there are values')
        const { low, high, estimate, p, confidence } = shift
        const isShown = p <= Math.max(0.05, 1 - confidence) * (1 + 1e-9)
        expect(low > 0 || high < 0, `seed ${seed}: ${JSON.stringify(shift)}`).toBe(isShown)
        expect(low <= estimate && estimate <= high, `seed ${seed}`).toBe(true)
        if (isShown) shifts++
      }
    }
    expect(shifts).toBeGreaterThan(40)
  })

  test('of a loss that most repetitions share: what a few of many show is no shift', () => {
    const none = Array.from({ length: 20 }, () => 0)
    const few = none.map((_, i) => (i < 6 ? 0.01 : 0))
    expect(shiftBetween(none, few, 0.95)).toMatchObject({ estimate: 0, low: 0 })
    expect(shiftBetween(none, few, 0.95)?.p).toBeGreaterThan(0.05)
    const most = [0, 0, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    const shift = shiftBetween(none.slice(0, 8), most, 0.95)
    expect(shift).toMatchObject({ estimate: 0.01, low: 0.01, high: 0.01 })
    expect(shift?.p).toBeCloseTo((2 * 28) / 8008, 12)
  })

  test('leave the interval its level: on a coarse grid too it misses the truth once in twenty', () => {
    const trials = 2000
    let missed = 0
    for (let seed = 0; seed < trials; seed++) {
      const random = seeded(seed)
      const draw = () => Math.floor(random() * 4) + Math.floor(random() * 3)
      const shift = shiftBetween(
        Array.from({ length: 8 }, draw),
        Array.from({ length: 9 }, draw),
        0.95,
      )
      if (shift === null || shift.low > 0 || shift.high < 0) missed++
    }
    expect(missed / trials).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials))
  })
})

function twoSidedOf(observed: number, all: readonly number[]): number {
  const below = all.filter((value) => value <= observed).length
  const above = all.filter((value) => value >= observed).length
  return Math.min(1, (2 * Math.min(below, above)) / all.length)
}

/** By hand: over every way to deal `x.length` of all values to the first side. */
function dealt(x: readonly number[], y: readonly number[]): number {
  const values = [...x, ...y]
  const statistic = (isFirst: (i: number) => boolean) => {
    let sum = 0
    values.forEach((a, i) => {
      if (!isFirst(i)) return
      values.forEach((b, j) => {
        if (!isFirst(j)) sum += a > b ? 1 : a === b ? 0.5 : 0
      })
    })
    return sum
  }
  const all: number[] = []
  for (let mask = 0; mask < 2 ** values.length; mask++) {
    const isFirst = (i: number) => ((mask >> i) & 1) === 1
    if (values.filter((_, i) => isFirst(i)).length === x.length) all.push(statistic(isFirst))
  }
  return twoSidedOf(
    statistic((i) => i < x.length),
    all,
  )
}

/** By hand: over every choice of signs of what is not 0. */
function signed(differences: readonly number[]): number {
  const moved = differences.filter((one) => one !== 0)
  if (moved.length === 0) return 1
  const sizes = moved.map(Math.abs)
  const rank = (size: number) =>
    sizes.filter((one) => one < size).length + (sizes.filter((one) => one === size).length + 1) / 2
  const statistic = (isPlus: (i: number) => boolean) =>
    sizes.reduce((sum, size, i) => sum + (isPlus(i) ? rank(size) : 0), 0)
  const all = Array.from({ length: 2 ** moved.length }, (_, mask) =>
    statistic((i) => ((mask >> i) & 1) === 1),
  )
  return twoSidedOf(
    statistic((i) => (moved[i] ?? 0) > 0),
    all,
  )
}

/** By hand: over every order of the values. */
function ordered(values: readonly number[]): number {
  const slope = (order: readonly number[]) =>
    order.reduce(
      (sum, later, j) =>
        order.slice(0, j).reduce((s, earlier) => s + Math.sign(later - earlier), sum),
      0,
    )
  const all: number[] = []
  const permute = (rest: readonly number[], order: readonly number[]) => {
    if (rest.length === 0) all.push(slope(order))
    rest.forEach((value, i) => {
      permute([...rest.slice(0, i), ...rest.slice(i + 1)], [...order, value])
    })
  }
  permute(values, [])
  return twoSidedOf(slope(values), all)
}
