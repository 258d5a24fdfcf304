import { expect, test } from 'vitest'
import { median, medianSorted } from './median.js'

const INFINITE = Number.POSITIVE_INFINITY

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[INFINITE, 1, INFINITE, INFINITE], INFINITE],
  [[INFINITE, 1, 2, INFINITE], INFINITE],
  [[INFINITE, 1, 2, 4], 3],
  [[-INFINITE, -INFINITE], -INFINITE],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle)
})

test('between infinite ones of either sign lies nothing, and of no values there is none', () => {
  expect(medianSorted([-INFINITE, INFINITE])).toBeNaN()
  expect(() => median([])).toThrow(RangeError)
})
