import { describe, expect, test } from 'vitest'
import { deviation, timeRange } from './spread.js'

const spread = (min: number, median: number, max: number, count = 3) => ({
  ...{ min, median, max, count },
})

describe('how far repetitions lie apart', () => {
  test.each([
    [spread(90, 100, 110), '±10 %'],
    [spread(99.5, 100, 100.1), '±0.3 %'],
    [spread(10, 100, 510), '±250 %'],
    [spread(100, 100, 100), '±0 %'],
    [spread(100, 100, 100, 1), '–'],
    [spread(0, 0, 0), '–'],
    [null, '–'],
  ])('%j is %s of the median', (one, words) => {
    expect(deviation(one)).toBe(words)
  })

  test.each([
    [spread(150_000, 2.5e6, 3.1e6), '0.15–3.10 ms'],
    [spread(67_100, 198_000, 352_000), '67–352 µs'],
    [spread(4_000, 5e6, 28.4e6), '4.00 µs–28.4 ms'],
    [spread(999_960, 1e6, 1.2e6), '1.00–1.20 ms'],
    [spread(5_000, 5_000, 5_000), '5.00 µs'],
    [spread(5_000, 5_000, 5_000, 1), '–'],
    [undefined, '–'],
  ])('%j reads %s', (one, words) => {
    expect(timeRange(one)).toBe(words)
  })
})
