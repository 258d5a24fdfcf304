import { describe, expect, test } from 'vitest'
import { shiftBetween, shiftWithin } from './shift.js'

// Reference values: R 4.2.2, each with the call that gave it.
const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.061, 3.14, 1.291]

describe('a shift', () => {
  test('between samples is wilcox.test(y, x, exact = TRUE, conf.int = TRUE)', () => {
    const shift = shiftBetween(x, y, 0.95)
    expect(shift?.estimate).toBeCloseTo(-0.56, 12)
    expect(shift?.low).toBeCloseTo(-1.183, 12)
    expect(shift?.high).toBeCloseTo(0.37, 12)
    expect(shift?.p).toBeCloseTo(0.13591114767585355, 12)
  })

  test('between samples that do not overlap keeps clear of 0', () => {
    const shift = shiftBetween([101, 103, 99, 107, 105], [118, 121, 116, 125, 120], 0.95)
    expect(shift).toMatchObject({ estimate: 17, low: 11, high: 22 })
  })

  test('within pairs is wilcox.test(x, y, paired = TRUE, exact = TRUE, conf.int = TRUE)', () => {
    const shift = shiftWithin(
      x.map((value, i) => value - (y[i] ?? 0)),
      0.95,
    )
    expect(shift?.estimate).toBeCloseTo(0.4595, 12)
    expect(shift?.low).toBeCloseTo(0.009, 12)
    expect(shift?.high).toBeCloseTo(0.786, 12)
  })

  test('beyond a hundred values has the interval of wilcox.test(…, exact = FALSE)', () => {
    const u = Array.from({ length: 120 }, (_, i) => i + 1)
    const shift = shiftBetween(
      u,
      u.map((value) => value + 7.5),
      0.95,
    )
    expect(shift?.estimate).toBeCloseTo(7.5, 3)
    expect(Math.abs((shift?.low ?? 0) + 1.5)).toBeLessThanOrEqual(1)
    expect(Math.abs((shift?.high ?? 0) - 16.5)).toBeLessThanOrEqual(1)
  })

  test('has the interval that its p belongs to', () => {
    for (let offset = 0; offset < 4; offset += 0.25) {
      const moved = y.map((value) => value + offset)
      const shift = shiftBetween(x, moved, 0.95)
      const excludesNothing = (shift?.low ?? 0) > 0 || (shift?.high ?? 0) < 0
      expect(excludesNothing, `offset ${offset}`).toBe((shift?.p ?? 1) < 0.05)
    }
  })

  // Ties within a side: the interval of untied samples would keep clear of 0.
  test.each([
    [
      'between samples',
      shiftBetween([0, 0, 0, 3], [1, 4, 1, 4, 2, 4, 1, 4], 0.95),
      { p: 28 / 495, low: 0, high: 4 },
    ],
    [
      'between samples, the other way',
      shiftBetween([4, 4, 4, 3], [1, 2, 1, 2, 2, 1, 1, 5], 0.95),
      { p: 28 / 495, low: -3, high: 0 },
    ],
    [
      'within pairs',
      shiftWithin([0, 6, -3, 1, 6, 1, 2, 2, 4, 2], 0.95),
      { p: 28 / 512, low: 0, high: 4 },
    ],
  ])('%s that the test does not see has an interval that reaches 0', (_, shift, expected) => {
    expect(shift?.p).toBeCloseTo(expected.p, 12)
    expect(shift).toMatchObject({ low: expected.low, high: expected.high })
  })

  test('of nothing is nothing', () => {
    expect(shiftBetween([], [1], 0.95)).toBeNull()
    expect(shiftWithin([], 0.95)).toBeNull()
  })
})
