import { describe, expect, test } from 'vitest'
import { depthOf, linearTicks, logTicks, rangeOf, sizeWords, tickWords } from './ticks.js'

describe('ticks', () => {
  test('of a wide logarithmic axis are round and not too many', () => {
    expect(logTicks({ low: 3, high: 2_500 }, 10)).toEqual([
      5, 10, 20, 50, 100, 200, 500, 1_000, 2_000,
    ])
    expect(logTicks({ low: 3, high: 2_500 }, 6)).toEqual([3, 10, 30, 100, 300, 1_000])
    expect(logTicks({ low: 1, high: 1e9 }, 6).length).toBeLessThanOrEqual(6)
  })

  test('are closer where round ones would be too few', () => {
    expect(logTicks({ low: 8, high: 47 }, 9)).toEqual([10, 15, 20, 30, 40])
    expect(logTicks({ low: 8, high: 47 }, 4)).toEqual([10, 20])
  })

  test('of a narrow one are in equal steps', () => {
    expect(logTicks({ low: 61, high: 93 }, 8)).toEqual([65, 70, 75, 80, 85, 90])
    expect(logTicks({ low: 1, high: 1.0001 }, 5).length).toBeGreaterThan(1)
  })

  test('of a linear axis begin and end within it', () => {
    expect(linearTicks(0, 2.5, 5)).toEqual([0, 0.5, 1, 1.5, 2, 2.5])
  })

  test('are written with their unit and without needless zeros', () => {
    expect(tickWords(1e6, 'ns')).toBe('1 ms')
    expect(tickWords(150, 'ns')).toBe('150 ns')
    expect(tickWords(2.5e9, 'bit/s')).toBe('2.5 Gbit/s')
    expect(tickWords(0.5, 's/GB')).toBe('0.5 s/GB')
  })

  test('sizes are binary where they are round so', () => {
    expect([64, 1_400, 1_024, 1_536, 65_536, 2 ** 21].map(sizeWords)).toEqual([
      '64 B',
      '1400 B',
      '1 KiB',
      '1.5 KiB',
      '64 KiB',
      '2 MiB',
    ])
  })

  test('nines are depths', () => {
    expect(depthOf(0)).toBe(0)
    expect(depthOf(90)).toBe(1)
    expect(depthOf(99.9)).toBeCloseTo(3, 9)
  })

  test('a range has air, also around a single value or none', () => {
    const { low, high } = rangeOf([100])
    expect(low).toBeLessThan(100)
    expect(high).toBeGreaterThan(100)
    expect(rangeOf([]).high).toBeGreaterThan(rangeOf([]).low)
  })
})
